using TorchSharp;

namespace Pipeline.Llm.Quantization;

/// <summary>4-bit NormalFloat in plain arithmetic: packing, scales, double quantisation.</summary>
/// <remarks>
/// Elements are taken row-major in blocks that may run across row ends; the first of two codes is the high nibble.
/// </remarks>
public static class Nf4Codec
{
    /// <summary>Elements that share a scale.</summary>
    public const int DefaultBlock = 64;

    /// <summary>Quantised scales that share a factor.</summary>
    public const int DefaultNestedBlock = 256;

    private const float Tiny = 1e-38f;
    private const int PieceBlocks = 512;
    private static readonly float[] Midpoints = CodeBooks.Midpoints(CodeBooks.Nf4);

    /// <summary>Quantises.</summary>
    /// <param name="values">Elements, row-major.</param>
    /// <param name="block">Elements in a block.</param>
    /// <returns>Packed codes, two a byte, and one scale a block.</returns>
    public static (byte[] Packed, float[] AbsMax) Quantize(ReadOnlyMemory<float> values, int block = DefaultBlock)
    {
        var packed = new byte[(values.Length + 1) / 2];
        var scales = new float[(values.Length + block - 1) / block];
        // Pieces end between bytes, so that no two threads write one.
        var piece = 2 * block * PieceBlocks;
        Parallel.For(
            0, (values.Length + piece - 1) / piece, new() { MaxDegreeOfParallelism = torch.get_num_threads() }, index =>
        {
            var end = Math.Min((index + 1) * piece, values.Length);
            for (var start = index * piece; start < end; start += block)
            {
                scales[start / block] = Block(values.Span, start, block, packed);
            }
        });
        if (values.Length % 2 != 0)
        {
            packed[^1] |= 7;
        }

        return (packed, scales);
    }

    private static float Block(ReadOnlySpan<float> values, int start, int block, byte[] packed)
    {
        var part = values.Slice(start, Math.Min(block, values.Length - start));
        var max = 0f;
        foreach (var value in part)
        {
            max = Math.Max(max, Math.Abs(value));
        }

        var isShort = part.Length < block;
        var reciprocal = 1f / Math.Max(max, Tiny);
        for (var i = 0; i < part.Length; i++)
        {
            var scaled = isShort ? part[i] / Math.Max(max, Tiny) : part[i] * reciprocal;
            var code = CodeBooks.Nearest(Math.Clamp(scaled, -1f, 1f), Midpoints);
            packed[(start + i) / 2] |= (byte)((start + i) % 2 == 0 ? code << 4 : code);
        }

        return isShort ? Math.Max(max, Tiny) : max;
    }

    /// <summary>Restores values in float32.</summary>
    /// <param name="packed">Packed codes.</param>
    /// <param name="absMax">One scale a block.</param>
    /// <param name="destination">One place an element.</param>
    /// <param name="block">Elements in a block.</param>
    public static void Dequantize(
        ReadOnlySpan<byte> packed, ReadOnlySpan<float> absMax, Span<float> destination, int block = DefaultBlock)
    {
        float[] levels = [.. CodeBooks.Nf4];
        for (var i = 0; i < destination.Length; i++)
        {
            var code = i % 2 == 0 ? packed[i / 2] >> 4 : packed[i / 2] & 15;
            destination[i] = CodeBooks.Nf4[code] * absMax[i / block];
        }
    }

    /// <summary>Quantises the scales themselves.</summary>
    /// <param name="absMax">Scales of the blocks.</param>
    /// <returns>8-bit codes, one float scale for 256 of them, and the mean that was taken off.</returns>
    public static (byte[] Codes, float[] Nested, float Offset) QuantizeScales(ReadOnlySpan<float> absMax)
    {
        var sum = 0.0;
        foreach (var scale in absMax)
        {
            sum += scale;
        }

        var offset = (float)(sum / absMax.Length);
        var centred = new float[absMax.Length];
        for (var i = 0; i < centred.Length; i++)
        {
            centred[i] = absMax[i] - offset;
        }

        var (codes, nested) = BlockwiseInt8.Quantize(centred, CodeBooks.DynamicSigned);
        return (codes, nested, offset);
    }

    /// <summary>Restores doubly quantised scales.</summary>
    /// <param name="codes">8-bit codes.</param>
    /// <param name="nested">One scale for 256 codes.</param>
    /// <param name="offset">The mean that was taken off.</param>
    /// <returns>The scales of the blocks.</returns>
    public static float[] RestoreScales(ReadOnlySpan<byte> codes, ReadOnlySpan<float> nested, float offset)
    {
        var result = new float[codes.Length];
        BlockwiseInt8.Dequantize(codes, nested, CodeBooks.DynamicSigned, result);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] += offset;
        }

        return result;
    }
}
