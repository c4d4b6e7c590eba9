using Pipeline.Llm.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>The building blocks from public operators: the reference for every faster version.</summary>
public sealed class ComposedExtras : ITorchExtras
{
    /// <inheritdoc/>
    public string Name => "composed";

    /// <inheritdoc/>
    public Tensor RmsNorm(Tensor x, Tensor weight, double epsilon, bool addsOne)
    {
        var type = x.dtype;
        var wide = Wide(x);
        var normed = wide * (wide.pow(2).mean([-1], true) + epsilon).rsqrt();
        return addsOne
            ? (normed * (1 + weight.to(wide.dtype))).to(type)
            : weight * normed.to(type);
    }

    /// <inheritdoc/>
    public Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var (half, width) = (cos.size(-1), x.size(-1));
        var first = x.narrow(-1, 0, half);
        var second = x.narrow(-1, half, half);
        var turned = (first * cos - second * sin, second * cos + first * sin);
        return 2 * half == width
            ? cat([turned.Item1, turned.Item2], -1)
            : cat([turned.Item1, turned.Item2, x.narrow(-1, 2 * half, width - 2 * half)], -1);
    }

    /// <inheritdoc/>
    public Tensor Gate(Tensor gate, Tensor up, GateActivation activation) => activation switch
    {
        GateActivation.Silu => nn.functional.silu(gate) * up,
        GateActivation.Gelu => nn.functional.gelu(gate) * up,
        _ => GeluTanh(gate) * up,
    };

    /// <inheritdoc/>
    public Tensor Attention(Tensor query, Tensor key, Tensor value, AttentionPattern pattern) =>
        SdpaAttention.Fits(query, pattern)
            ? SdpaAttention.Run(query, key, value, pattern) : ComposedAttention.Run(query, key, value, pattern);

    /// <inheritdoc/>
    public Tensor Dropout(Tensor x, double probability, Generator? generator)
    {
        Tensor mask;
        using (no_grad())
        {
            mask = empty_like(x).bernoulli_(1 - probability, generator).div_(1 - probability);
        }

        return x * mask;
    }

    /// <inheritdoc/>
    public Tensor LoraLinear(
        Tensor x, Tensor weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling) =>
        LoraUpdate(nn.functional.linear(x, weight, bias), update, a, b, scaling);

    /// <inheritdoc/>
    public Tensor LoraUpdate(Tensor product, Tensor update, Tensor a, Tensor b, double scaling)
    {
        var narrow = update.dtype == a.dtype ? update : update.to(a.dtype);
        var delta = nn.functional.linear(nn.functional.linear(narrow, a), b) * scaling;
        return product + delta.to(product.dtype);
    }

    /// <inheritdoc/>
    public TokenLoss CrossEntropy(Tensor hidden, Tensor head, Tensor targets, double? softCap, double labelSmoothing) =>
        ComposedCrossEntropy.Run(
            rows => nn.functional.linear(rows, head), head.size(0), hidden, targets, softCap, labelSmoothing);

    /// <inheritdoc/>
    public Tensor SelectRows(Tensor x, Tensor rows) => x.index_select(0, rows);

    /// <inheritdoc/>
    public Tensor RestoreNf4(PackedNf4 weight, ScalarType type)
    {
        // One row for each byte: the level of the high nibble, then that of the low one.
        var pairs = new float[512];
        for (var code = 0; code < 256; code++)
        {
            (pairs[2 * code], pairs[2 * code + 1]) = (CodeBooks.Nf4[code >> 4], CodeBooks.Nf4[code & 15]);
        }

        using var mode = no_grad();
        var count = weight.Shape.Aggregate(1L, (product, size) => product * size);
        var table = tensor(pairs).view(256, 2).to(weight.Codes.device);
        var levels = table.index_select(0, weight.Codes.to(ScalarType.Int32)).view(-1).narrow(0, 0, count);
        return (levels * weight.ScaleValues().repeat_interleave(Nf4Codec.DefaultBlock).narrow(0, 0, count))
            .view(weight.Shape).to(type);
    }

    /// <inheritdoc/>
    public Tensor? LoraNf4(
        Tensor x, PackedNf4 weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling) => null;

    /// <inheritdoc/>
    /// <remarks>
    /// The change only is rounded to a narrower type: the ratio itself is close to 1, where such types have few steps.
    /// </remarks>
    public Tensor ScaleColumns(Tensor x, Tensor magnitude, Tensor norm, Tensor? bias)
    {
        var scaled = x.addcmul(x, (magnitude / norm - 1).to(x.dtype), 1);
        return bias is null ? scaled : scaled + bias;
    }

    /// <inheritdoc/>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => nn.functional.linear(x, weight, bias);

    /// <inheritdoc/>
    public Tensor Norms(IReadOnlyList<Tensor> tensors) =>
        stack(tensors.Select(tensor => linalg.vector_norm(Wide(tensor))));

    /// <inheritdoc/>
    public void Scale(IReadOnlyList<Tensor> tensors, double factor)
    {
        foreach (var tensor in tensors)
        {
            tensor.mul_(factor);
        }
    }

    /// <inheritdoc/>
    public void AdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments, AdamWSettings settings)
    {
        using var mode = no_grad();
        var correction1 = 1 - Math.Pow(settings.Beta1, settings.Step);
        var correction2 = Math.Sqrt(1 - Math.Pow(settings.Beta2, settings.Step));
        for (var i = 0; i < parameters.Count; i++)
        {
            using var scope = NewDisposeScope();
            var gradient = settings.GradientScale == 1 ? gradients[i] : gradients[i] * settings.GradientScale;
            parameters[i].mul_(1 - settings.LearningRate * settings.WeightDecay);
            firstMoments[i].mul_(settings.Beta1).add_(gradient, 1 - settings.Beta1);
            secondMoments[i].mul_(settings.Beta2).addcmul_(gradient, gradient, 1 - settings.Beta2);
            var denominator = (secondMoments[i].sqrt() / correction2).add_(settings.Epsilon);
            parameters[i].addcdiv_(firstMoments[i], denominator, -settings.LearningRate / correction1);
        }
    }

    /// <inheritdoc/>
    public Tensor? OverMemory(nint address, long[] shape, ScalarType type) => null;

    /// <summary>The tensor in float32 when its type is narrower.</summary>
    internal static Tensor Wide(Tensor x) => x.dtype is ScalarType.BFloat16 or ScalarType.Float16
        ? x.to(ScalarType.Float32) : x;

    private static Tensor GeluTanh(Tensor x)
    {
        // Written out: the official package has no tanh variant in every version.
        var wide = Wide(x);
        var inner = Math.Sqrt(2 / Math.PI) * (wide + 0.044715 * wide.pow(3));
        return (0.5 * wide * (1 + inner.tanh())).to(x.dtype);
    }
}
