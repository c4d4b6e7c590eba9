using Pipeline.Llm.Kernels;
using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>A weight as 4-bit NormalFloat.</summary>
internal sealed class Nf4Weight : IQuantizedWeight
{
    private static readonly float[] Levels = [.. CodeBooks.DynamicSigned];
    private readonly ScalarType _type;

    private Nf4Weight(PackedNf4 packed, ScalarType type) => (Packed, _type) = (packed, type);

    /// <summary>Codes and scales.</summary>
    public PackedNf4 Packed { get; }

    public long Bytes => Packed.Bytes;

    public static Nf4Weight From(Tensor weight, bool doubly)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var values = weight.detach().to(ScalarType.Float32).Values<float>();
        var (codes, absMax) = Nf4Codec.Quantize(values);
        if (!doubly)
        {
            return new(new(weight.shape, Kept(tensor(codes), weight), Kept(tensor(absMax), weight), null, null, 0),
                weight.dtype);
        }

        var (inner, nested, offset) = Nf4Codec.QuantizeScales(absMax);
        return new(
            new(weight.shape, Kept(tensor(codes), weight), Kept(tensor(inner), weight), Kept(tensor(nested), weight),
                Kept(tensor(Levels), weight), offset),
            weight.dtype);
    }

    public Tensor Restore()
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return TorchExtras.Current.RestoreNf4(Packed, _type).MoveToOuterDisposeScope();
    }

    public void Dispose() => Packed.Dispose();

    private static Tensor Kept(Tensor tensor, Tensor like) => tensor.to(like.device).DetachFromDisposeScope();
}
