using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>AdamW with float32 moments.</summary>
/// <remarks>Source: Decoupled weight decay regularization (arXiv 1711.05101); the order of operations is
/// PyTorch's.</remarks>
internal sealed class AdamWRule(double beta1, double beta2, double epsilon) : IUpdateRule
{
    public void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay)
    {
        var first = state.Get("exp_avg", () => zeros_like(weights));
        var second = state.Get("exp_avg_sq", () => zeros_like(weights));
        first.mul_(beta1).add_(gradient, 1 - beta1);
        second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        Apply(weights, first, second, state.Step, rate, weightDecay);
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
