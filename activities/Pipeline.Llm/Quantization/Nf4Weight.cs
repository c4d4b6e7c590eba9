using Pipeline.Llm.Kernels;
using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>A weight as 4-bit NormalFloat.</summary>
internal sealed class Nf4Weight : IQuantizedWeight
{
    private static readonly float[] Levels = [.. CodeBooks.DynamicSigned];
    private readonly long[] _shape;
    private readonly ScalarType _type;
    private readonly Tensor _codes;
    private readonly Scales _scales;

    private Nf4Weight(long[] shape, ScalarType type, Tensor codes, Scales scales) =>
        (_shape, _type, _codes, _scales) = (shape, type, codes, scales);

    public long Bytes => _codes.NumberOfElements + _scales.Bytes;

    public static Nf4Weight From(Tensor weight, bool doubly)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var values = weight.detach().to(ScalarType.Float32).Values<float>();
        var (packed, absMax) = Nf4Codec.Quantize(values);
        var codes = tensor(packed).to(weight.device).DetachFromDisposeScope();
        Scales scales;
        if (doubly)
        {
            var (inner, nested, offset) = Nf4Codec.QuantizeScales(absMax);
            scales = new(Kept(tensor(inner), weight), Kept(tensor(nested), weight), Kept(tensor(Levels), weight), offset);
        }
        else
        {
            scales = new(Kept(tensor(absMax), weight), null, null, 0);
        }

        return new(weight.shape, weight.dtype, codes, scales);
    }

    public Tensor Restore()
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return TorchExtras.Current.RestoreNf4(_codes, _scales.Values(), _shape, _type).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }

    private static Tensor Kept(Tensor tensor, Tensor like) => tensor.to(like.device).DetachFromDisposeScope();

    private sealed record Scales(Tensor First, Tensor? Nested, Tensor? Levels, float Offset) : IDisposable
    {
        public long Bytes => First.NumberOfElements * First.ElementSize + (Nested?.NumberOfElements * 4 ?? 0);

        public Tensor Values()
        {
            if (Nested is null || Levels is null)
            {
                return First;
            }

            var levels = Levels.index_select(0, First.to(ScalarType.Int32));
            return levels * Nested.repeat_interleave(256).narrow(0, 0, levels.NumberOfElements) + Offset;
        }

        public void Dispose()
        {
            First.Dispose();
            Nested?.Dispose();
            Levels?.Dispose();
        }
    }
}
