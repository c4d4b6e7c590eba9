using Pipeline.Llm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Kernels;

/// <summary>Widens every argument to float32 before another implementation computes.</summary>
internal sealed class WideExtras(ITorchExtras inner) : ITorchExtras
{
    public string Name => $"wide {inner.Name}";

    public Tensor RmsNorm(Tensor x, Tensor weight, double epsilon, bool addsOne) =>
        inner.RmsNorm(Wide(x), Wide(weight), epsilon, addsOne);

    public Tensor Rotate(Tensor x, Tensor cos, Tensor sin) => inner.Rotate(Wide(x), Wide(cos), Wide(sin));

    public Tensor Gate(Tensor gate, Tensor up, GateActivation activation) =>
        inner.Gate(Wide(gate), Wide(up), activation);

    public Tensor Attention(Tensor query, Tensor key, Tensor value, AttentionPattern pattern) =>
        inner.Attention(Wide(query), Wide(key), Wide(value), pattern);

    public Tensor Dropout(Tensor x, double probability, Generator? generator) =>
        inner.Dropout(Wide(x), probability, generator);

    public Tensor LoraLinear(
        Tensor x, Tensor weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling) =>
        inner.LoraLinear(
            Wide(x), Wide(weight), bias is null ? null : Wide(bias), Wide(update), Wide(a), Wide(b), scaling);

    public Tensor LoraUpdate(Tensor product, Tensor update, Tensor a, Tensor b, double scaling) =>
        inner.LoraUpdate(Wide(product), Wide(update), Wide(a), Wide(b), scaling);

    public TokenLoss CrossEntropy(Tensor hidden, Tensor head, Tensor targets, double? softCap, double labelSmoothing) =>
        inner.CrossEntropy(Wide(hidden), Wide(head), targets, softCap, labelSmoothing);

    public Tensor SelectRows(Tensor x, Tensor rows) => inner.SelectRows(Wide(x), rows);

    public Tensor Norms(IReadOnlyList<Tensor> tensors) => inner.Norms(tensors);

    public void Scale(IReadOnlyList<Tensor> tensors, double factor) => inner.Scale(tensors, factor);

    public Tensor RestoreNf4(PackedNf4 weight, ScalarType type) => inner.RestoreNf4(weight, type);

    public Tensor? LoraNf4(
        Tensor x, PackedNf4 weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling) =>
        inner.LoraUpdate(Linear(x, inner.RestoreNf4(weight, x.dtype), bias), Wide(update), Wide(a), Wide(b), scaling);

    public Tensor ScaleColumns(Tensor x, Tensor magnitude, Tensor norm, Tensor? bias) =>
        inner.ScaleColumns(Wide(x), magnitude, norm, bias is null ? null : Wide(bias));

    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias) =>
        inner.Linear(Wide(x), Wide(weight), bias is null ? null : Wide(bias));

    public void AdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments, AdamWSettings settings) =>
        inner.AdamW(parameters, gradients, firstMoments, secondMoments, settings);

    public Tensor? OverMemory(nint address, long[] shape, ScalarType type) => inner.OverMemory(address, shape, type);

    private static Tensor Wide(Tensor x) => x.to(ScalarType.Float32);
}
