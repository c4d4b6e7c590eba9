using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Pipeline.Llm.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>
/// Fewer and larger operators for tensors on an accelerator, where each one costs a launch; the rest is composed.
/// </summary>
internal sealed unsafe class DeviceExtras : ITorchExtras
{
    private readonly ComposedExtras _composed = new();

    // Kept on each device: sending it again would wait for everything queued there.
    private readonly ConcurrentDictionary<string, Tensor> _pairs = new(StringComparer.Ordinal);

    public string Name => "device";

    public Tensor RmsNorm(Tensor x, Tensor weight, double epsilon, bool addsOne)
    {
        // The fused operator multiplies by the weight as it is.
        if (addsOne || !IsOnDevice(x) || weight.dtype != x.dtype)
        {
            return _composed.RmsNorm(x, weight, epsilon, addsOne);
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_device_rms_norm(x.Handle, weight.Handle, epsilon, &result));
        return result == 0 ? _composed.RmsNorm(x, weight, epsilon, addsOne) : NativeExtras.Taken(result, x, weight);
    }

    public Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        if (cos.requires_grad || cos.dtype != x.dtype)
        {
            return _composed.Rotate(x, cos, sin);
        }

        nint result;
        KernelLibrary.Check(KernelLibrary.shim_device_rotate(x.Handle, cos.Handle, sin.Handle, &result));
        return NativeExtras.Taken(result, x, cos, sin);
    }

    public Tensor Gate(Tensor gate, Tensor up, GateActivation activation) => _composed.Gate(gate, up, activation);

    public Tensor Attention(Tensor query, Tensor key, Tensor value, AttentionPattern pattern)
    {
        if (!IsOnDevice(query) || pattern.SoftCap is not null || pattern.Bounds is not { } bounds)
        {
            return _composed.Attention(query, key, value, pattern);
        }

        var (b, s, h, d) = (query.size(0), query.size(1), query.size(2), query.size(3));
        var window = pattern.Window is { } width && width < pattern.LongestRun ? width : 0;
        using var q = query.reshape(b * s, h, d);
        using var k = key.reshape(b * s, key.size(2), d);
        using var v = value.reshape(b * s, value.size(2), d);
        nint result;
        KernelLibrary.Check(KernelLibrary.shim_device_attention(
            q.Handle, k.Handle, v.Handle, bounds.Handle, pattern.LongestRun, pattern.Scale, window, &result));
        return result == 0
            ? _composed.Attention(query, key, value, pattern)
            : NativeExtras.Taken(result, q, k, v, bounds).reshape(b, s, h * d);
    }

    public Tensor Dropout(Tensor x, double probability, Generator? generator) =>
        _composed.Dropout(x, probability, generator);

    public Tensor LoraLinear(
        Tensor x, Tensor weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling) =>
        _composed.LoraLinear(x, weight, bias, update, a, b, scaling);

    public Tensor LoraUpdate(Tensor product, Tensor update, Tensor a, Tensor b, double scaling) =>
        _composed.LoraUpdate(product, update, a, b, scaling);

    public TokenLoss CrossEntropy(Tensor hidden, Tensor head, Tensor targets, double? softCap, double labelSmoothing) =>
        _composed.CrossEntropy(hidden, head, targets, softCap, labelSmoothing);

    public Tensor SelectRows(Tensor x, Tensor rows)
    {
        nint result;
        KernelLibrary.Check(KernelLibrary.shim_device_select_rows(x.Handle, rows.Handle, &result));
        return NativeExtras.Taken(result, x, rows);
    }

    public Tensor RestoreNf4(PackedNf4 weight, ScalarType type)
    {
        using var mode = no_grad();
        var (codes, scales) = (weight.Codes, weight.ScaleValues());
        var count = weight.Shape.Aggregate(1L, (product, size) => product * size);
        if (count != Nf4Codec.DefaultBlock * scales.NumberOfElements)
        {
            return _composed.RestoreNf4(weight, type);
        }

        var restored = empty(weight.Shape, type, codes.device);
        var pairs = _pairs.GetOrAdd(
            codes.device.ToString(), _ => tensor(PairsOfBytes(), device: codes.device).DetachFromDisposeScope());
        KernelLibrary.Check(KernelLibrary.shim_device_nf4(codes.Handle, scales.Handle, pairs.Handle, restored.Handle));
        GC.KeepAlive((codes, scales, pairs));
        return restored;
    }

    public Tensor? LoraNf4(
        Tensor x, PackedNf4 weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling) => null;

    public Tensor ScaleColumns(Tensor x, Tensor magnitude, Tensor norm, Tensor? bias) =>
        _composed.ScaleColumns(x, magnitude, norm, bias);

    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => _composed.Linear(x, weight, bias);

    public Tensor Norms(IReadOnlyList<Tensor> tensors)
    {
        // Narrow types would give narrow norms.
        if (!tensors.All(tensor => tensor.dtype == ScalarType.Float32))
        {
            return _composed.Norms(tensors);
        }

        nint result;
        var handles = NativeExtras.Handles(tensors);
        fixed (nint* pointer = handles)
        {
            KernelLibrary.Check(KernelLibrary.shim_device_norms(pointer, handles.Length, &result));
        }

        GC.KeepAlive(tensors);
        return Tensor.UnsafeCreateTensor(result);
    }

    public void Scale(IReadOnlyList<Tensor> tensors, double factor)
    {
        var handles = NativeExtras.Handles(tensors);
        fixed (nint* pointer = handles)
        {
            KernelLibrary.Check(KernelLibrary.shim_device_scale(pointer, handles.Length, factor));
        }

        GC.KeepAlive(tensors);
    }

    public void AdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments, AdamWSettings settings)
    {
        if (!parameters.All(IsFloatOnDevice) || settings.GradientScale != 1)
        {
            _composed.AdamW(parameters, gradients, firstMoments, secondMoments, settings);
            return;
        }

        int done;
        var (p, g) = (NativeExtras.Handles(parameters), NativeExtras.Handles(gradients));
        var (m, v) = (NativeExtras.Handles(firstMoments), NativeExtras.Handles(secondMoments));
        fixed (nint* pp = p, gg = g, mm = m, vv = v)
        {
            KernelLibrary.Check(KernelLibrary.shim_device_adamw(
                pp, gg, mm, vv, p.Length, settings.LearningRate, settings.Beta1, settings.Beta2, settings.Epsilon,
                settings.WeightDecay, settings.Step, &done));
        }

        GC.KeepAlive((parameters, gradients, firstMoments, secondMoments));
        if (done == 0)
        {
            _composed.AdamW(parameters, gradients, firstMoments, secondMoments, settings);
        }
    }

    public Tensor? OverMemory(nint address, long[] shape, ScalarType type) => null;

    // The level of the high nibble and that of the low one, side by side.
    private static long[] PairsOfBytes() =>
        [.. Enumerable.Range(0, 256)
            .Select(code => MemoryMarshal.Cast<float, long>([CodeBooks.Nf4[code >> 4], CodeBooks.Nf4[code & 15]])[0])];

    private static bool IsOnDevice(Tensor x) => x.device_type == DeviceType.CUDA;

    private static bool IsFloatOnDevice(Tensor x) => IsOnDevice(x) && x.dtype == ScalarType.Float32;
}
