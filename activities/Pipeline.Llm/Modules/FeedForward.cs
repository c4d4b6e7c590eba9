using Pipeline.Llm.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Gated feed-forward layer; gate and up are separate, or one tensor (Phi-3).</summary>
internal sealed class FeedForward(IReadOnlyList<LinearLayer> inputs, LinearLayer down, GateActivation activation)
{
    /// <summary>States [b, s, d] to states [b, s, d].</summary>
    public Tensor Forward(Tensor x, AdapterRoute route)
    {
        Tensor gate, up;
        if (inputs.Count == 1)
        {
            var both = inputs[0].Forward(x, route);
            var half = both.size(-1) / 2;
            (gate, up) = (both.narrow(-1, 0, half), both.narrow(-1, half, half));
        }
        else
        {
            (gate, up) = (inputs[0].Forward(x, route), inputs[1].Forward(x, route));
        }

        return down.Forward(TorchExtras.Current.Gate(gate, up, activation), route);
    }
}
