using System.Runtime.InteropServices;
using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>A weight as 8-bit integers with one scale a row.</summary>
internal sealed class Int8Weight : IQuantizedWeight
{
    private readonly Tensor _codes;
    private readonly Tensor _scales;
    private readonly ScalarType _type;

    private Int8Weight(Tensor codes, Tensor scales, ScalarType type) =>
        (_codes, _scales, _type) = (codes, scales, type);

    public long Bytes => _codes.NumberOfElements + 4 * _scales.NumberOfElements;

    public static Int8Weight From(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var values = weight.detach().to(ScalarType.Float32).Values<float>();
        var (codes, absMax) = RowwiseInt8.Quantize(values, (int)weight.size(1));
        var stored = empty(weight.shape, ScalarType.Int8);
        MemoryMarshal.AsBytes<sbyte>(codes).CopyTo(stored.bytes);
        return new(
            stored.to(weight.device).DetachFromDisposeScope(),
            (tensor(absMax) / 127).unsqueeze(1).to(weight.device).DetachFromDisposeScope(), weight.dtype);
    }

    public Tensor Restore()
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return (_codes.to(ScalarType.Float32) * _scales).to(_type).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
