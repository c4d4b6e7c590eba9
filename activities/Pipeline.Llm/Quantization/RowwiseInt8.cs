namespace Pipeline.Llm.Quantization;

/// <summary>8-bit integers with one scale a row.</summary>
public static class RowwiseInt8
{
    /// <summary>Quantises each row to −127…127.</summary>
    /// <param name="values">Elements, row-major.</param>
    /// <param name="columns">Elements in a row.</param>
    /// <returns>Codes and the largest magnitude of each row; a value is code · absmax / 127.</returns>
    public static (sbyte[] Codes, float[] AbsMax) Quantize(ReadOnlySpan<float> values, int columns)
    {
        var codes = new sbyte[values.Length];
        var scales = new float[values.Length / columns];
        for (var row = 0; row < scales.Length; row++)
        {
            var part = values.Slice(row * columns, columns);
            var max = 0f;
            foreach (var value in part)
            {
                max = Math.Max(max, Math.Abs(value));
            }

            scales[row] = max;
            var factor = max > 0 ? 127f / max : 0f;
            for (var i = 0; i < columns; i++)
            {
                codes[row * columns + i] = (sbyte)MathF.Round(part[i] * factor, MidpointRounding.ToEven);
            }
        }

        return (codes, scales);
    }
}
