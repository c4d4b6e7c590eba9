using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>SGD as PyTorch has it: coupled weight decay, and the first momentum buffer is the gradient
/// itself.</summary>
internal sealed class SgdRule(double momentum, bool nesterov) : IUpdateRule
{
    public void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay)
    {
        var direction = weightDecay == 0 ? gradient : gradient.add(weights, weightDecay);
        if (momentum != 0)
        {
            var isFirst = !state.Tensors.ContainsKey("momentum_buffer");
            var buffer = state.Get("momentum_buffer", direction.clone);
            if (!isFirst)
            {
                buffer.mul_(momentum).add_(direction);
            }

            direction = nesterov ? direction.add(buffer, momentum) : buffer;
        }

        weights.add_(direction, -rate);
    }
}
