using Pipeline.Llm.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>RMSNorm with a weight.</summary>
internal sealed class RmsNormLayer(ModuleSlot slot, double epsilon, bool addsOne)
{
    public Tensor Forward(Tensor x, AdapterRoute route) => route.Run(slot, x, (rows, adapters) =>
        TorchExtras.Current.RmsNorm(rows, slot.WeightUnder(adapters, rows.dtype), epsilon, addsOne));
}
