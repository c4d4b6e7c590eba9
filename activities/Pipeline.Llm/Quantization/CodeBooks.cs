namespace Pipeline.Llm.Quantization;

/// <summary>Level tables of the block-wise quantisers.</summary>
/// <remarks>
/// Source: QLoRA (arXiv 2305.14314) for NF4; the dynamic maps follow arXiv 1511.04561 as bitsandbytes builds them.
/// </remarks>
public static class CodeBooks
{
    /// <summary>The sixteen NF4 levels, ascending.</summary>
    public static IReadOnlyList<float> Nf4 { get; } = new float[]
    {
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f, 0f, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1f,
    };

    /// <summary>256 signed levels, ascending.</summary>
    public static IReadOnlyList<float> DynamicSigned { get; } = Dynamic(signed: true);

    /// <summary>256 levels from 0 to 1, ascending.</summary>
    public static IReadOnlyList<float> DynamicUnsigned { get; } = Dynamic(signed: false);

    /// <summary>Midpoints between neighbouring levels, in float32.</summary>
    /// <param name="levels">Ascending levels.</param>
    /// <returns>One fewer than the levels.</returns>
    public static float[] Midpoints(IReadOnlyList<float> levels)
    {
        var result = new float[levels.Count - 1];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (levels[i] + levels[i + 1]) / 2f;
        }

        return result;
    }

    /// <summary>Index of the nearest level; a value on a midpoint takes the lower one.</summary>
    /// <param name="value">Value in [−1, 1].</param>
    /// <param name="midpoints">From <see cref="Midpoints"/>.</param>
    /// <returns>Index of the level.</returns>
    public static int Nearest(float value, ReadOnlySpan<float> midpoints)
    {
        var (low, high) = (0, midpoints.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (value > midpoints[middle])
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // Seven decades; decade i holds 2^i (signed) or 2^(i+1) (unsigned) means of equal steps between 0.1 and 1.
    private static float[] Dynamic(bool signed)
    {
        const int MaxExponentBits = 7;
        var levels = new List<float>();
        for (var i = 0; i < MaxExponentBits; i++)
        {
            var items = (signed ? 1 << i : 1 << (i + 1)) + 1;
            var scale = (float)Math.Pow(10, -(MaxExponentBits - 1) + i);
            for (var j = 0; j + 1 < items; j++)
            {
                var mean = (float)((Boundary(j, items) + Boundary(j + 1, items)) / 2.0f);
                levels.Add(scale * mean);
                if (signed)
                {
                    levels.Add(-(scale * mean));
                }
            }
        }

        levels.Add(0f);
        levels.Add(1f);
        return [.. levels.Order()];

        // linspace works from both ends, with fused multiply-add.
        static float Boundary(int index, int count)
        {
            var step = (1f - 0.1f) / (count - 1);
            return index < count / 2
                ? MathF.FusedMultiplyAdd(step, index, 0.1f)
                : MathF.FusedMultiplyAdd(-step, count - 1 - index, 1f);
        }
    }
}
