namespace Pipeline.Llm.Quantization;

/// <summary>8-bit codes of a 256-level table with one scale a block; used for scales and optimizer moments.</summary>
public static class BlockwiseInt8
{
    /// <summary>Elements that share a scale.</summary>
    public const int Block = 256;

    /// <summary>Quantises by the nearest-level rule.</summary>
    /// <param name="values">Elements.</param>
    /// <param name="levels">256 ascending levels in [−1, 1].</param>
    /// <returns>One code an element, one scale a block.</returns>
    public static (byte[] Codes, float[] AbsMax) Quantize(ReadOnlySpan<float> values, IReadOnlyList<float> levels)
    {
        var codes = new byte[values.Length];
        var scales = new float[(values.Length + Block - 1) / Block];
        Quantize(values, CodeBooks.Midpoints(levels), codes, scales);
        return (codes, scales);
    }

    /// <summary>Quantises into existing buffers.</summary>
    /// <param name="values">Elements.</param>
    /// <param name="midpoints">From <see cref="CodeBooks.Midpoints"/>.</param>
    /// <param name="codes">One place an element.</param>
    /// <param name="absMax">One place a block.</param>
    public static void Quantize(
        ReadOnlySpan<float> values, ReadOnlySpan<float> midpoints, Span<byte> codes, Span<float> absMax)
    {
        for (var start = 0; start < values.Length; start += Block)
        {
            var part = values.Slice(start, Math.Min(Block, values.Length - start));
            var max = 0f;
            foreach (var value in part)
            {
                max = Math.Max(max, Math.Abs(value));
            }

            absMax[start / Block] = max;
            var divisor = max > 0 ? max : 1f;
            for (var i = 0; i < part.Length; i++)
            {
                codes[start + i] = (byte)CodeBooks.Nearest(Math.Clamp(part[i] / divisor, -1f, 1f), midpoints);
            }
        }
    }

    /// <summary>Restores values.</summary>
    /// <param name="codes">One code an element.</param>
    /// <param name="absMax">One scale a block.</param>
    /// <param name="levels">The table used to quantise.</param>
    /// <param name="destination">One place an element.</param>
    public static void Dequantize(
        ReadOnlySpan<byte> codes, ReadOnlySpan<float> absMax, IReadOnlyList<float> levels, Span<float> destination)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            destination[i] = levels[codes[i]] * absMax[i / Block];
        }
    }
}
