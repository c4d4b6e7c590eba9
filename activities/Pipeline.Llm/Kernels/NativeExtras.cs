using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>
/// Fused CPU kernels for float32 and bfloat16; accelerators get fewer, larger operators, and everything else
/// <see cref="ComposedExtras"/>.
/// </summary>
public sealed unsafe class NativeExtras : ITorchExtras
{
    private const int FewTokens = 8;
    private static readonly DeviceExtras Elsewhere = new();
    private readonly string _instructions;

    private NativeExtras(string instructions) => _instructions = instructions;

    /// <inheritdoc/>
    public string Name => $"fused ({_instructions})";

    /// <summary>The kernels, where the native library that has them is loaded.</summary>
    /// <returns>Null with the official package.</returns>
    public static NativeExtras? TryCreate() => KernelLibrary.Find() is { } instructions ? new(instructions) : null;

    /// <inheritdoc/>
    public Tensor RmsNorm(Tensor x, Tensor weight, double epsilon, bool addsOne)
    {
        if (!Fits(x, weight))
        {
            return Elsewhere.RmsNorm(x, weight, epsilon, addsOne);
        }

        nint result;
        KernelLibrary.Check(
            KernelLibrary.shim_kernel_rms_norm(x.Handle, weight.Handle, epsilon, addsOne ? 1 : 0, &result));
        return Taken(result, x, weight);
    }

    /// <inheritdoc/>
    public Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        if (!Fits(x, cos, sin) || cos.requires_grad)
        {
            return Elsewhere.Rotate(x, cos, sin);
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_kernel_rotate(x.Handle, cos.Handle, sin.Handle, &result));
        return Taken(result, x, cos, sin);
    }

    /// <inheritdoc/>
    public Tensor Gate(Tensor gate, Tensor up, GateActivation activation)
    {
        if (activation == GateActivation.Gelu || !Fits(gate, up))
        {
            return Elsewhere.Gate(gate, up, activation);
        }

        nint result;
        KernelLibrary.Check(
            KernelLibrary.shim_kernel_gate(
                gate.Handle, up.Handle, activation == GateActivation.GeluTanh ? 1 : 0, &result));
        return Taken(result, gate, up);
    }

    /// <inheritdoc/>
    public Tensor Attention(Tensor query, Tensor key, Tensor value, AttentionPattern pattern)
    {
        if (!Fits(query, key, value))
        {
            return Elsewhere.Attention(query, key, value, pattern);
        }

        if (pattern.Visible is not null)
        {
            return OverCache(query, key, value, pattern);
        }

        var flat = pattern.Segments.SelectMany(segment => new long[] { segment.Row, segment.Start, segment.Length })
            .ToArray();
        nint result;
        fixed (long* segments = flat)
        {
            KernelLibrary.Check(KernelLibrary.shim_kernel_attention(
                query.Handle, key.Handle, value.Handle, segments, pattern.Segments.Count, pattern.Scale,
                pattern.SoftCap ?? 0, pattern.Window ?? 0, &result));
        }

        return Taken(result, query, key, value).view(query.size(0), query.size(1), -1);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// One number is drawn from the generator; the mask is a hash of it and of each place, the same for any number of
    /// threads.
    /// </remarks>
    public Tensor Dropout(Tensor x, double probability, Generator? generator)
    {
        if (!Fits(x))
        {
            return Elsewhere.Dropout(x, probability, generator);
        }

        long seed;
        using (var drawn = randint(0, 1L << 62, [1], dtype: ScalarType.Int64, generator: generator))
        {
            seed = drawn.item<long>();
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_kernel_dropout(x.Handle, probability, seed, &result));
        return Taken(result, x);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// In a bfloat16 model the update is computed in bfloat16 with float32 sums; A, B and their gradients keep their
    /// type.
    /// </remarks>
    public Tensor LoraLinear(Tensor x, Tensor weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling)
    {
        if (!FitsAnyDevice(x, weight, update) || weight.requires_grad || bias?.requires_grad == true
            || bias?.dtype is { } type && type != x.dtype)
        {
            return Elsewhere.LoraLinear(x, weight, bias, update, a, b, scaling);
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_kernel_lora_linear(
            x.Handle, weight.Handle, bias?.Handle ?? 0, update.Handle, a.Handle, b.Handle, scaling, &result));
        GC.KeepAlive(bias);
        return Taken(result, x, weight, update, a, b);
    }

    /// <inheritdoc/>
    public Tensor LoraUpdate(Tensor product, Tensor update, Tensor a, Tensor b, double scaling)
    {
        if (!FitsAnyDevice(product, update))
        {
            return Elsewhere.LoraUpdate(product, update, a, b, scaling);
        }

        nint result;
        KernelLibrary.Check(
            KernelLibrary.shim_kernel_lora_update(product.Handle, update.Handle, a.Handle, b.Handle, scaling, &result));
        return Taken(result, product, update, a, b);
    }

    /// <inheritdoc/>
    public TokenLoss CrossEntropy(Tensor hidden, Tensor head, Tensor targets, double? softCap, double labelSmoothing)
    {
        if (!Fits(hidden, head) || head.requires_grad || hidden.size(0) == 0)
        {
            return Elsewhere.CrossEntropy(hidden, head, targets, softCap, labelSmoothing);
        }

        var results = stackalloc nint[3];
        KernelLibrary.Check(
            KernelLibrary.shim_kernel_cross_entropy(
                hidden.Handle, head.Handle, targets.Handle, softCap ?? 0, labelSmoothing, results));
        return new(Taken(results[0], hidden, head, targets), Tensor.UnsafeCreateTensor(results[1]),
            Tensor.UnsafeCreateTensor(results[2]));
    }

    /// <inheritdoc/>
    public Tensor SelectRows(Tensor x, Tensor rows) => Elsewhere.SelectRows(x, rows);

    /// <inheritdoc/>
    public Tensor RestoreNf4(PackedNf4 weight, ScalarType type)
    {
        if (!FitsNf4(weight, type))
        {
            return Elsewhere.RestoreNf4(weight, type);
        }

        var restored = empty(weight.Shape, type);
        KernelLibrary.Check(KernelLibrary.shim_kernel_nf4(
            weight.Codes.Handle, weight.Scales.Handle, weight.Nested?.Handle ?? 0, weight.Levels?.Handle ?? 0,
            weight.Offset, restored.Handle));
        GC.KeepAlive(weight);
        return restored;
    }

    /// <inheritdoc/>
    public Tensor? LoraNf4(Tensor x, PackedNf4 weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling)
    {
        if (!Fits(x, update) || !FitsNf4(weight, x.dtype) || bias?.requires_grad == true
            || bias is not null && bias.dtype != x.dtype)
        {
            return Elsewhere.LoraNf4(x, weight, bias, update, a, b, scaling);
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_kernel_lora_nf4(
            x.Handle, weight.Codes.Handle, weight.Scales.Handle, weight.Nested?.Handle ?? 0, weight.Levels?.Handle ?? 0,
            weight.Offset, weight.Shape[0],
            bias?.Handle ?? 0, update.Handle, a.Handle, b.Handle, scaling, &result));
        GC.KeepAlive((weight, bias));
        return Taken(result, x, update, a, b);
    }

    /// <inheritdoc/>
    public Tensor ScaleColumns(Tensor x, Tensor magnitude, Tensor norm, Tensor? bias)
    {
        if (!Fits(x) || !All([magnitude, norm]) || bias is not null && (bias.requires_grad || bias.dtype != x.dtype))
        {
            return Elsewhere.ScaleColumns(x, magnitude, norm, bias);
        }

        nint result;
        KernelLibrary.Check(
            KernelLibrary.shim_kernel_scale_columns(
                x.Handle, magnitude.Handle, norm.Handle, bias?.Handle ?? 0, &result));
        GC.KeepAlive(bias);
        return Taken(result, x, magnitude, norm);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A few tokens without a gradient are bound by reading the weight: it is read once and in two bytes a number. The
    /// library's own bfloat16 product reorders the weight first, which takes longer than the product.
    /// </remarks>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        var isSmall = x.dtype == ScalarType.BFloat16 && x.NumberOfElements <= FewTokens * weight.size(1);
        if (!isSmall || !Fits(x, weight) || bias is not null && bias.dtype != x.dtype
            || is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias?.requires_grad == true))
        {
            return Elsewhere.Linear(x, weight, bias);
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_kernel_linear(x.Handle, weight.Handle, bias?.Handle ?? 0, &result));
        GC.KeepAlive(bias);
        return Taken(result, x, weight);
    }

    /// <inheritdoc/>
    public Tensor Norms(IReadOnlyList<Tensor> tensors) => Elsewhere.Norms(tensors);

    /// <inheritdoc/>
    public void Scale(IReadOnlyList<Tensor> tensors, double factor) => Elsewhere.Scale(tensors, factor);

    /// <inheritdoc/>
    public void AdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments, AdamWSettings settings)
    {
        if (!All(parameters) || !All(gradients) || !All(firstMoments) || !All(secondMoments))
        {
            Elsewhere.AdamW(parameters, gradients, firstMoments, secondMoments, settings);
            return;
        }

        var (p, g, m, v) = (Handles(parameters), Handles(gradients), Handles(firstMoments), Handles(secondMoments));
        fixed (nint* pp = p, gg = g, mm = m, vv = v)
        {
            KernelLibrary.Check(KernelLibrary.shim_kernel_adamw(
                pp, gg, mm, vv, p.Length, settings.LearningRate, settings.Beta1, settings.Beta2, settings.Epsilon,
                settings.WeightDecay,
                settings.Step, settings.GradientScale));
        }

        GC.KeepAlive((parameters, gradients, firstMoments, secondMoments));
    }

    /// <inheritdoc/>
    public Tensor? OverMemory(nint address, long[] shape, ScalarType type)
    {
        nint result;
        fixed (long* sizes = shape)
        {
            KernelLibrary.Check(
                KernelLibrary.shim_tensor_from_memory(
                    (void*)address, sizes, shape.Length, (int)type, null, 0, &result));
        }

        return Tensor.UnsafeCreateTensor(result);
    }

    // No gradient goes through a cache, and long prompts in pieces are better off with matrix products.
    private static Tensor OverCache(Tensor query, Tensor key, Tensor value, AttentionPattern pattern)
    {
        if (pattern.KeyRanges.Count != 2 * query.size(0) * query.size(1) || query.size(1) > 8 || query.requires_grad)
        {
            return Elsewhere.Attention(query, key, value, pattern);
        }

        nint result;
        fixed (long* ranges = pattern.KeyRanges.ToArray())
        {
            KernelLibrary.Check(KernelLibrary.shim_kernel_attend(
                query.Handle, key.Handle, value.Handle, ranges, pattern.Scale, pattern.SoftCap ?? 0, &result));
        }

        return Taken(result, query, key, value);
    }

    private static bool Fits(Tensor first, params ReadOnlySpan<Tensor> others) =>
        first.device_type == DeviceType.CPU && FitsAnyDevice(first, others);

    // Made of matrix products only, so it runs wherever the tensors are.
    private static bool FitsAnyDevice(Tensor first, params ReadOnlySpan<Tensor> others)
    {
        var (type, device) = (first.dtype, first.device_type);
        if (type is not (ScalarType.Float32 or ScalarType.BFloat16))
        {
            return false;
        }

        foreach (var other in others)
        {
            if (other.dtype != type || other.device_type != device)
            {
                return false;
            }
        }

        return true;
    }

    private static bool FitsNf4(PackedNf4 weight, ScalarType type) =>
        weight.Codes.device_type == DeviceType.CPU && type is ScalarType.Float32 or ScalarType.BFloat16;

    private static bool All(IReadOnlyList<Tensor> tensors) =>
        tensors.All(tensor => tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32
            && tensor.is_contiguous());

    internal static nint[] Handles(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];

    // The inputs must outlive the call that took their handles.
    internal static Tensor Taken(nint result, params ReadOnlySpan<Tensor> inputs)
    {
        foreach (var input in inputs)
        {
            GC.KeepAlive(input);
        }

        return Tensor.UnsafeCreateTensor(result);
    }
}
