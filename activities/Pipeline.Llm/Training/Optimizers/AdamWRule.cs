using Pipeline.Llm.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>AdamW with float32 moments.</summary>
/// <remarks>Source: Decoupled weight decay regularization (arXiv 1711.05101); the order of operations is
/// PyTorch's.</remarks>
internal sealed class AdamWRule(double beta1, double beta2, double epsilon) : IUpdateRule
{
    public void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay) =>
        Update([new(weights, gradient, state)], rate, weightDecay);

    /// <summary>Updates many parameters in few calls.</summary>
    public void Update(IEnumerable<ParameterUpdate> updates, double rate, double weightDecay)
    {
        // A parameter that had no gradient in some step lags behind the others.
        foreach (var group in updates.GroupBy(static update => update.State.Step))
        {
            var together = group.ToList();
            TorchExtras.Current.AdamW(
                together.ConvertAll(static u => u.Weights),
                together.ConvertAll(static u => u.Gradient.contiguous()),
                together.ConvertAll(static u => u.State.Get("exp_avg", () => zeros_like(u.Weights))),
                together.ConvertAll(static u => u.State.Get("exp_avg_sq", () => zeros_like(u.Weights))),
                new(rate, beta1, beta2, epsilon, weightDecay, group.Key));
        }
    }

    /// <summary>The step from moments that already hold this gradient.</summary>
    internal void Apply(Tensor weights, Tensor first, Tensor second, long step, double rate, double weightDecay)
    {
        var correction1 = 1 - Math.Pow(beta1, step);
        var correction2 = 1 - Math.Pow(beta2, step);
        if (weightDecay != 0)
        {
            weights.mul_(1 - rate * weightDecay);
        }

        var denominator = second.sqrt().div_(Math.Sqrt(correction2)).add_(epsilon);
        weights.addcdiv_(first, denominator, -rate / correction1);
    }
}
