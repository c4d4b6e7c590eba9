using Pipeline.Llm.Quantization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>A named module's tensors: those of the base, and what adapters put on top.</summary>
internal sealed class ModuleSlot(string name, Parameter? weight, Parameter? bias)
{
    /// <summary>Module path, such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The base weight; null while it is quantised.</summary>
    public Parameter? Weight { get; set; } = weight;

    /// <summary>The base weight in few bits, or null.</summary>
    public IQuantizedWeight? Quantized { get; set; }

    /// <summary>The base bias, or null.</summary>
    public Parameter? Bias { get; set; } = bias;

    /// <summary>Adapters in the order in which they were added.</summary>
    public List<ModuleAdapter> Adapters { get; } = [];

    /// <summary>The base weight [out, in], restored from few bits if need be.</summary>
    public Tensor DenseWeight() => Weight ?? Quantized?.Restore()
        ?? throw new InvalidOperationException($"module {Name} has no weight");

    /// <summary>The weight that counts under the given adapters, in the type of the states that it meets.</summary>
    public Tensor WeightUnder(IReadOnlyList<ModuleAdapter> adapters, ScalarType type) =>
        Typed(adapters.LastOrDefault(adapter => adapter.Weight is not null)?.Weight ?? DenseWeight(), type);

    /// <summary>The bias that counts under the given adapters, or null.</summary>
    public Tensor? BiasUnder(IReadOnlyList<ModuleAdapter> adapters, ScalarType type) =>
        (adapters.LastOrDefault(adapter => adapter.Bias is not null)?.Bias ?? Bias) is { } found
            ? Typed(found, type) : null;

    // Trained copies are float32 even in a narrower model.
    private static Tensor Typed(Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to(type);
}
