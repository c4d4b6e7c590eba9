using System.Runtime.Intrinsics;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Low-rank updates of single tokens in vector instructions. A token's result depends on that token only, whatever the
/// batch.
/// </summary>
/// <remarks>
/// Several ranks and tokens at a time stay in registers, so that a number from memory is used more than once. Every sum
/// has one accumulator and a fixed order: a token gives the same result alone and in any tile.
/// </remarks>
internal static unsafe class RowKernel
{
    /// <summary>Tokens that share one pass over A and B.</summary>
    public const int Tile = 4;

    private const int Stride = BankedModule.MostRanks;

    /// <summary>Numbers of two registers.</summary>
    public static int Unit { get; } = 2 * (Vector512.IsHardwareAccelerated ? Floats512.Width : FloatsAny.Width);

    /// <summary>Outputs of a tile of B.</summary>
    public static int Columns { get; } = 2 * Unit;

    /// <summary>The next multiple.</summary>
    public static int RoundUp(int count, int step) => (count + step - 1) / step * step;

    /// <summary>result += scaling · B (A x) for up to <see cref="Tile"/> tokens.</summary>
    /// <param name="module">The update.</param>
    /// <param name="x">Input of each token [in].</param>
    /// <param name="result">Output of each token [out].</param>
    /// <param name="tokens">1 to <see cref="Tile"/>.</param>
    /// <param name="ahead">Bytes from this update to the one that comes next.</param>
    public static void Add(BankedModule module, float** x, float** result, int tokens, nint ahead)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Add<Floats512>(module, x, result, tokens, ahead);
        }
        else
        {
            Add<FloatsAny>(module, x, result, tokens, ahead);
        }
    }

    private static void Add<T>(BankedModule module, float** x, float** result, int tokens, nint ahead)
        where T : struct, IFloatVector<T>
    {
        if (module.IsHalf)
        {
            Add<T, PackedHalves>(module, x, result, tokens, ahead);
        }
        else
        {
            Add<T, PackedFloats>(module, x, result, tokens, ahead);
        }
    }

    private static void Add<T, TPacked>(BankedModule module, float** x, float** result, int tokens, nint ahead)
        where T : struct, IFloatVector<T>
        where TPacked : struct, IPackedNumbers
    {
        // The addresses come first of what is read next.
        RowLoops<T, TPacked>.Prefetch((byte*)module.Table + ahead, 2 * RowLoops<T, TPacked>.Line);
        var low = stackalloc float[Tile * Stride];
        var ends = stackalloc float[Tile * 2 * T.Width];
        var rest = module.Input % (2 * T.Width);
        for (var token = 0; token < tokens && rest > 0; token++)
        {
            var end = new Span<float>(ends + (token * 2 * T.Width), 2 * T.Width);
            end.Clear();
            new Span<float>(x[token] + module.Input - rest, rest).CopyTo(end);
        }

        for (var first = 0; first < module.Rank; first += Stride)
        {
            var ranks = Math.Min(Stride, module.Rank - first);
            Shrink<T, TPacked>(module, first, ranks, x, ends, low, tokens, ahead);
            Widen<T, TPacked>(module, first / Stride, ranks, low, result, tokens, ahead);
        }
    }

    // low = scaling · A x
    private static void Shrink<T, TPacked>(
        BankedModule module, int first, int ranks, float** x, float* ends, float* low, int tokens, nint ahead)
        where T : struct, IFloatVector<T>
        where TPacked : struct, IPackedNumbers
    {
        const int group = BankedModule.Group;
        var a = (nint*)module.Table;
        var (start, end) = (first / group, (first + ranks + group - 1) / group);
        var token = 0;
        for (; token < tokens - 1; token += 2)
        {
            var one = low + (token * Stride);
            var other = one + Stride;
            for (var i = start; i < end; i++)
            {
                RowLoops<T, TPacked>.DotTwo(
                    (byte*)a[i], x[token], x[token + 1], ends + (token * 2 * T.Width), module.Input,
                    module.Scaling, one + ((i - start) * group), other + ((i - start) * group));
            }
        }

        for (var i = start; token < tokens && i < end; i += 2)
        {
            // An odd last group is computed twice, which costs nothing extra.
            var next = Math.Min(i + 1, end - 1);
            RowLoops<T, TPacked>.DotOne(
                (byte*)a[i], (byte*)a[next], x[token], ends + (token * 2 * T.Width), module.Input,
                module.Scaling, low + (token * Stride) + ((i - start) * group),
                low + (token * Stride) + ((next - start) * group), ahead);
        }
    }

    // result += B low
    private static void Widen<T, TPacked>(
        BankedModule module, int part, int ranks, float* low, float** result, int tokens, nint ahead)
        where T : struct, IFloatVector<T>
        where TPacked : struct, IPackedNumbers
    {
        var columns = 4 * T.Width;
        var (tiles, whole) = (module.Tiles, module.Output / columns);
        var b = (nint*)module.Table + module.Groups + (part * tiles);
        for (var i = 0; tokens == Tile && i < whole; i++)
        {
            RowLoops<T, TPacked>.AccumulateFour(
                (byte*)b[i], ranks, low, result[0] + (i * columns), result[1] + (i * columns),
                result[2] + (i * columns), result[3] + (i * columns));
        }

        for (var token = 0; token < tokens; token++)
        {
            for (var i = tokens == Tile ? whole : 0; i < whole; i += 2)
            {
                // An odd last tile is computed twice, too.
                var next = Math.Min(i + 1, whole - 1);
                RowLoops<T, TPacked>.AccumulateOne(
                    (byte*)b[i], (byte*)b[next], ranks, low + (token * Stride), result[token] + (i * columns),
                    result[token] + (next * columns), ahead);
            }

            if (whole < tiles)
            {
                WidenEnd<T, TPacked>(
                    (byte*)b[whole], ranks, low + (token * Stride), result[token] + (whole * columns),
                    module.Output - (whole * columns), ahead);
            }
        }
    }

    private static void WidenEnd<T, TPacked>(byte* tile, int ranks, float* low, float* result, int count, nint ahead)
        where T : struct, IFloatVector<T>
        where TPacked : struct, IPackedNumbers
    {
        var padded = stackalloc float[4 * T.Width];
        var values = new Span<float>(padded, count);
        var target = new Span<float>(result, count);
        target.CopyTo(values);
        RowLoops<T, TPacked>.AccumulateOne(tile, tile, ranks, low, padded, padded, ahead);
        values.CopyTo(target);
    }
}
