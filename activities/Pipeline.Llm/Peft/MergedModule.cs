using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>A module's weight and bias with an adapter folded in: computed in float64, rounded once.</summary>
internal static class MergedModule
{
    /// <summary>The merged weight in the given type, or null when the adapter leaves it alone.</summary>
    public static Tensor? Weight(ModuleSlot slot, ModuleAdapter adapter, ScalarType type)
    {
        if (adapter.Weight is null && adapter.A is null && adapter.TokenRows is null)
        {
            return null;
        }

        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var weight = (adapter.Weight ?? slot.DenseWeight()).detach().to(ScalarType.Float64, copy: true);
        if (adapter.A is { } a && adapter.B is { } b)
        {
            var product = b.to(ScalarType.Float64).matmul(a.to(ScalarType.Float64)) * adapter.Scaling;
            var isEmbedding = adapter.IsEmbedding;
            weight = weight + (isEmbedding ? product.t() : product);
            if (adapter.Magnitude is { } magnitude)
            {
                var ratio = magnitude.to(ScalarType.Float64)
                    / weight.norm(isEmbedding ? 0 : 1, false, 2f).clamp_(DoraNorm.Smallest);
                weight = weight * (isEmbedding ? ratio : ratio.unsqueeze(1));
            }
        }

        if (adapter.TokenRows is { } rows && adapter.TokenSlots is { } slots)
        {
            var ids = slots.ge(0).nonzero().flatten();
            weight = weight.index_copy(0, ids, rows.to(ScalarType.Float64).index_select(0, slots.index_select(0, ids)));
        }

        return weight.to(type).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The merged bias in the given type, or null when the adapter leaves it alone.</summary>
    /// <exception cref="InvalidOperationException">The adapter has a bias on B, the module has none to add it
    /// to.</exception>
    public static Tensor? Bias(ModuleSlot slot, ModuleAdapter adapter, ScalarType type)
    {
        if (adapter.Bias is null && adapter.BBias is null)
        {
            return null;
        }

        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var bias = (adapter.Bias ?? slot.Bias)?.detach().to(ScalarType.Float64);
        if (adapter.BBias is { } low)
        {
            bias = (bias
                ?? throw new InvalidOperationException($"module {slot.Name} has no bias to merge lora_bias into"))
                + adapter.Scaling * low.to(ScalarType.Float64);
        }

        return bias?.to(type, copy: true).MoveToOuterDisposeScope();
    }
}
