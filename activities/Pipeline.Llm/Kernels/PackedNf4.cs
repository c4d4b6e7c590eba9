using Pipeline.Llm.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>A frozen weight in 4-bit NormalFloat. Source: arXiv 2305.14314, section 3.</summary>
/// <param name="Shape">Shape [out, in].</param>
/// <param name="Codes">Packed codes, two a byte, the first in the high nibble.</param>
/// <param name="Scales">One float32 scale for 64 elements; with <paramref name="Nested"/> the 8-bit code of
/// each.</param>
/// <param name="Nested">One float32 factor for 256 scales, or null.</param>
/// <param name="Levels">What the 256 codes of scales stand for, or null.</param>
/// <param name="Offset">Added to each scale that was a code.</param>
public sealed record PackedNf4(long[] Shape, Tensor Codes, Tensor Scales, Tensor? Nested, Tensor? Levels, float Offset)
    : IDisposable
{
    /// <summary>Bytes in memory.</summary>
    public long Bytes => Codes.NumberOfElements + Scales.NumberOfElements * Scales.ElementSize
        + (Nested?.NumberOfElements * 4 ?? 0);

    /// <summary>The scales as numbers.</summary>
    /// <returns>One float32 for 64 elements; <see cref="Scales"/> itself where those are numbers already.</returns>
    public Tensor ScaleValues()
    {
        if (Nested is null || Levels is null)
        {
            return Scales;
        }

        var levels = Levels.index_select(0, Scales.to(ScalarType.Int32));
        return levels * Nested.repeat_interleave(Nf4Codec.DefaultNestedBlock).narrow(0, 0, levels.NumberOfElements)
            + Offset;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Codes.Dispose();
        Scales.Dispose();
        Nested?.Dispose();
        Levels?.Dispose();
    }
}
