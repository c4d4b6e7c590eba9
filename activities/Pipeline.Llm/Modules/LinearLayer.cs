using Pipeline.Llm.Kernels;
using Pipeline.Llm.Quantization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>A linear module under any number of adapters.</summary>
internal sealed class LinearLayer(ModuleSlot slot)
{
    public ModuleSlot Slot { get; } = slot;

    public Tensor Forward(Tensor x, AdapterRoute route) => route.RunShared(Slot, x, Apply, Delta);

    /// <summary>The low-rank term of an adapter, in the type of its parameters.</summary>
    internal static Tensor Delta(Tensor x, ModuleAdapter adapter)
    {
        var (a, b) = Factors(adapter);
        var input = adapter.Owner.Drop(x);
        input = input.dtype == a.dtype ? input : input.to(a.dtype);
        return nn.functional.linear(nn.functional.linear(input, a), b, adapter.BBias) * adapter.Scaling;
    }

    private static (Parameter A, Parameter B) Factors(ModuleAdapter adapter) =>
        (adapter.A ?? throw new InvalidOperationException("adapter without A"), adapter.B
            ?? throw new InvalidOperationException("adapter without B"));

    private Tensor Apply(Tensor x, IReadOnlyList<ModuleAdapter> adapters)
    {
        var bias = Slot.BiasUnder(adapters, x.dtype);
        var ranked = adapters.Where(adapter => adapter.A is not null).ToList();
        if (ranked is [{ BBias: null } only] && (only.Magnitude is null || !only.Owner.Drops))
        {
            return One(x, adapters, bias, only);
        }

        var result = Base(x, bias, adapters);
        foreach (var adapter in ranked)
        {
            var change = adapter.Magnitude is null ? Delta(x, adapter) : Decomposed(x, result, bias, adapter);
            result = result + change.to(result.dtype);
        }

        return result;
    }

    // One update, in one node with the base product. Without dropout DoRA is that sum, scaled by m/‖W + sBA‖.
    private Tensor One(Tensor x, IReadOnlyList<ModuleAdapter> adapters, Tensor? bias, ModuleAdapter only)
    {
        var (a, b) = Factors(only);
        var inner = only.Magnitude is null ? bias : null;
        var input = only.Owner.Drop(x);
        var sum = Slot.Quantized is null || adapters.Any(adapter => adapter.Weight is not null)
            ? TorchExtras.Current.LoraLinear(x, Slot.WeightUnder(adapters, x.dtype), inner, input, a, b, only.Scaling)
            : (Slot.Quantized as Nf4Weight is { } nf4
            ? TorchExtras.Current.LoraNf4(x, nf4.Packed, inner, input, a, b, only.Scaling) : null)
                ?? TorchExtras.Current.LoraUpdate(Base(x, inner, adapters), input, a, b, only.Scaling);
        return only.Magnitude is { } magnitude
            ? TorchExtras.Current.ScaleColumns(sum, magnitude, DoraNorm.Of(Slot, only, a, b), bias)
            : sum;
    }

    private Tensor Base(Tensor x, Tensor? bias, IReadOnlyList<ModuleAdapter> adapters)
    {
        if (Slot.Quantized is not { } quantized || adapters.Any(adapter => adapter.Weight is not null))
        {
            return TorchExtras.Current.Linear(x, Slot.WeightUnder(adapters, x.dtype), bias);
        }

        var product = QuantizedProduct.apply(x, quantized);
        return bias is null ? product : product + bias;
    }

    // DoRA: (m/‖W + sBA‖ − 1)·xWᵀ + m/‖W + sBA‖ · s·xAᵀBᵀ on top of the base; the norm is a constant for the gradient.
    private Tensor Decomposed(Tensor x, Tensor result, Tensor? bias, ModuleAdapter adapter)
    {
        var magnitude = adapter.Magnitude ?? throw new InvalidOperationException("adapter without a magnitude");
        var (a, b) = Factors(adapter);
        var ratio = magnitude / DoraNorm.Of(Slot, adapter, a, b);
        var input = adapter.Owner.Drop(x);
        var plain = adapter.Owner.Drops
            ? Base(input, bias: null, [])
            : bias is null ? result : result - bias;
        input = input.dtype == a.dtype ? input : input.to(a.dtype);
        var low = nn.functional.linear(nn.functional.linear(input, a), b) * adapter.Scaling;
        return (ratio - 1) * plain.to(ratio.dtype) + ratio * low;
    }
}
