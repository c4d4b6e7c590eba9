using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Token embeddings under any number of adapters; the factor is Gemma's.</summary>
internal sealed class EmbeddingLayer(ModuleSlot slot, double? scale)
{
    public ModuleSlot Slot { get; } = slot;

    /// <summary>Ids [b, s] to states [b, s, d].</summary>
    public Tensor Forward(Tensor ids, AdapterRoute route)
    {
        var states = route.Run(Slot, ids, Apply);
        if (scale is not { } factor)
        {
            return states;
        }

        // The reference keeps the factor as a float32 number and rounds it to the model's type before the product.
        using var rounded = tensor((float)factor).to(states.dtype);
        return states * rounded.to(states.device);
    }

    private Tensor Apply(Tensor ids, IReadOnlyList<ModuleAdapter> adapters)
    {
        var states = Rows(Slot.WeightUnder(adapters, Slot.DenseWeight().dtype), ids);
        foreach (var adapter in adapters)
        {
            if (adapter.A is { } a && adapter.B is { } b)
            {
                states = Adapted(states, ids, adapter, a, b);
            }

            if (adapter.TokenRows is { } rows && adapter.TokenSlots is { } slots)
            {
                var places = slots.index_select(0, ids.flatten()).view(ids.shape);
                var replaced = Rows(rows, places.clamp(0)).to(states.dtype);
                states = where(places.ge(0).unsqueeze(-1), replaced, states);
            }
        }

        return states;
    }

    private Tensor Adapted(Tensor states, Tensor ids, ModuleAdapter adapter, Tensor a, Tensor b)
    {
        var low = nn.functional.linear(Rows(a.t(), ids), b) * adapter.Scaling;
        if (adapter.Magnitude is not { } magnitude)
        {
            return states + low.to(states.dtype);
        }

        Tensor norm;
        using (no_grad())
        {
            norm = (Slot.DenseWeight().to(a.dtype) + adapter.Scaling * b.matmul(a).t()).norm(0, false, 2f)
                .clamp_(DoraNorm.Smallest);
        }

        var ratio = magnitude / norm;
        return states + ((ratio - 1) * states.to(ratio.dtype) + ratio * low).to(states.dtype);
    }

    private static Tensor Rows(Tensor table, Tensor ids) =>
        table.index_select(0, ids.flatten()).view([.. ids.shape, table.size(1)]);
}
