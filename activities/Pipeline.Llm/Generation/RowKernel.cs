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

    /// <summary>Ranks whose products are kept at a time.</summary>
    public const int MostRanks = 256;

    private const int Ranks = 4;

    /// <summary>result += scaling · Bᵀ (A x) for up to <see cref="Tile"/> tokens.</summary>
    /// <param name="module">The update.</param>
    /// <param name="x">Input of each token [in].</param>
    /// <param name="result">Output of each token [out].</param>
    /// <param name="tokens">1 to <see cref="Tile"/>.</param>
    public static void Add(BankedModule module, float** x, float** result, int tokens)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Add<Floats512>(module, x, result, tokens);
        }
        else
        {
            Add<FloatsAny>(module, x, result, tokens);
        }
    }

    private static void Add<T>(BankedModule module, float** x, float** result, int tokens)
        where T : struct, IFloatVector<T>
    {
        var low = stackalloc float[Tile * MostRanks];
        for (var first = 0; first < module.A.Length; first += MostRanks)
        {
            var count = Math.Min(MostRanks, module.A.Length - first);
            fixed (nint* a = &module.A[first], b = &module.B[first])
            {
                for (var rank = 0; rank < count; rank += Ranks)
                {
                    // Beyond the rank the last row stands in, and its product is not used.
                    var (i1, i2, i3) =
                        (Math.Min(rank + 1, count - 1), Math.Min(rank + 2, count - 1), Math.Min(rank + 3, count - 1));
                    for (var token = 0; token < tokens; token += 2)
                    {
                        // An odd last token is computed twice, which costs nothing extra.
                        var second = Math.Min(token + 1, tokens - 1);
                        RowLoops<T>.Dot(
                            (float*)a[rank], (float*)a[i1], (float*)a[i2], (float*)a[i3], x[token], x[second],
                            module.Input, module.Scaling, low + (token * MostRanks) + rank,
                            low + (second * MostRanks) + rank);
                    }
                }

                if (tokens == Tile)
                {
                    RowLoops<T>
                        .AccumulateFour(b, count, low, result[0], result[1], result[2], result[3], module.Output);
                    continue;
                }

                for (var token = 0; token < tokens; token++)
                {
                    RowLoops<T>.AccumulateOne(b, count, low + (token * MostRanks), result[token], module.Output);
                }
            }
        }
    }
}
