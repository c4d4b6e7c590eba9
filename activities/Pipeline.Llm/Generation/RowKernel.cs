using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Llm.Generation;

/// <summary>Low-rank updates of single rows in vector instructions. A row's result depends on that row only, whatever the batch.</summary>
/// <remarks>
/// Several ranks and tokens at a time stay in registers, so that a number from memory is used more than once. Every sum has one
/// accumulator and a fixed order: a token gives the same result alone and in any tile. The loops are compiled at once in their final
/// form: they are few, and most of the time that an adapter costs is spent in them.
/// </remarks>
internal static unsafe class RowKernel
{
    /// <summary>Tokens that share one pass over A and B.</summary>
    public const int Tile = 4;

    private const int Ranks = 4;
    private const int MostRanks = 256;

    /// <summary>result += scaling · Bᵀ (A x) for up to <see cref="Tile"/> tokens of one row.</summary>
    /// <param name="module">The update.</param>
    /// <param name="x">First input [tokens, in].</param>
    /// <param name="result">First output [tokens, out].</param>
    /// <param name="tokens">1 to <see cref="Tile"/>.</param>
    public static void Add(BankedModule module, float* x, float* result, int tokens)
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
                    var (i1, i2, i3) = (Math.Min(rank + 1, count - 1), Math.Min(rank + 2, count - 1), Math.Min(rank + 3, count - 1));
                    for (var token = 0; token < tokens; token += 2)
                    {
                        // An odd last token is computed twice, which costs nothing extra.
                        var second = Math.Min(token + 1, tokens - 1);
                        Dot(
                            (float*)a[rank], (float*)a[i1], (float*)a[i2], (float*)a[i3], x + ((long)token * module.Input), x + ((long)second * module.Input),
                            module.Input, module.Scaling, low + (token * MostRanks) + rank, low + (second * MostRanks) + rank);
                    }
                }

                var done = 0;
                for (; done <= tokens - 4; done += 4)
                {
                    AccumulateFour(b, count, low + (done * MostRanks), result + ((long)done * module.Output), module.Output);
                }

                for (; done < tokens; done++)
                {
                    AccumulateOne(b, count, low + (done * MostRanks), result + ((long)done * module.Output), module.Output);
                }
            }
        }
    }

    // Four products with x to one, and with y to two.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot(float* a0, float* a1, float* a2, float* a3, float* x, float* y, int length, float scaling, float* one, float* two)
    {
        var (x0, x1, x2, x3) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var (y0, y1, y2, y3) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var (width, i) = (Vector<float>.Count, 0);
        for (; i <= length - width; i += width)
        {
            var (u, v) = (Vector.Load(x + i), Vector.Load(y + i));
            var (r0, r1, r2, r3) = (Vector.Load(a0 + i), Vector.Load(a1 + i), Vector.Load(a2 + i), Vector.Load(a3 + i));
            (x0, y0) = (Vector.FusedMultiplyAdd(r0, u, x0), Vector.FusedMultiplyAdd(r0, v, y0));
            (x1, y1) = (Vector.FusedMultiplyAdd(r1, u, x1), Vector.FusedMultiplyAdd(r1, v, y1));
            (x2, y2) = (Vector.FusedMultiplyAdd(r2, u, x2), Vector.FusedMultiplyAdd(r2, v, y2));
            (x3, y3) = (Vector.FusedMultiplyAdd(r3, u, x3), Vector.FusedMultiplyAdd(r3, v, y3));
        }

        // Both writes go to the same place when there is one token only.
        (two[0], two[1]) = (scaling * Rest(Vector.Sum(y0), a0, y, i, length), scaling * Rest(Vector.Sum(y1), a1, y, i, length));
        (two[2], two[3]) = (scaling * Rest(Vector.Sum(y2), a2, y, i, length), scaling * Rest(Vector.Sum(y3), a3, y, i, length));
        (one[0], one[1]) = (scaling * Rest(Vector.Sum(x0), a0, x, i, length), scaling * Rest(Vector.Sum(x1), a1, x, i, length));
        (one[2], one[3]) = (scaling * Rest(Vector.Sum(x2), a2, x, i, length), scaling * Rest(Vector.Sum(x3), a3, x, i, length));
    }

    private static float Rest(float sum, float* a, float* x, int start, int length)
    {
        for (var i = start; i < length; i++)
        {
            sum = MathF.FusedMultiplyAdd(a[i], x[i], sum);
        }

        return sum;
    }

    // Two vectors of the outputs of four tokens, through all ranks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateFour(nint* rows, int ranks, float* low, float* result, int length)
    {
        var (width, i) = (Vector<float>.Count, 0);
        float* t0 = result, t1 = t0 + length, t2 = t1 + length, t3 = t2 + length;
        for (; i <= length - (2 * width); i += 2 * width)
        {
            var (p0, p1, p2, p3) = (Vector.Load(t0 + i), Vector.Load(t1 + i), Vector.Load(t2 + i), Vector.Load(t3 + i));
            var (q0, q1, q2, q3) = (Vector.Load(t0 + i + width), Vector.Load(t1 + i + width), Vector.Load(t2 + i + width), Vector.Load(t3 + i + width));
            for (var rank = 0; rank < ranks; rank++)
            {
                var b = (float*)rows[rank] + i;
                var (u, v) = (Vector.Load(b), Vector.Load(b + width));
                var (f0, f1) = (new Vector<float>(low[rank]), new Vector<float>(low[rank + MostRanks]));
                (p0, q0) = (Vector.FusedMultiplyAdd(u, f0, p0), Vector.FusedMultiplyAdd(v, f0, q0));
                (p1, q1) = (Vector.FusedMultiplyAdd(u, f1, p1), Vector.FusedMultiplyAdd(v, f1, q1));
                var (f2, f3) = (new Vector<float>(low[rank + (2 * MostRanks)]), new Vector<float>(low[rank + (3 * MostRanks)]));
                (p2, q2) = (Vector.FusedMultiplyAdd(u, f2, p2), Vector.FusedMultiplyAdd(v, f2, q2));
                (p3, q3) = (Vector.FusedMultiplyAdd(u, f3, p3), Vector.FusedMultiplyAdd(v, f3, q3));
            }

            Vector.Store(p0, t0 + i);
            Vector.Store(p1, t1 + i);
            Vector.Store(p2, t2 + i);
            Vector.Store(p3, t3 + i);
            Vector.Store(q0, t0 + i + width);
            Vector.Store(q1, t1 + i + width);
            Vector.Store(q2, t2 + i + width);
            Vector.Store(q3, t3 + i + width);
        }

        for (var token = 0; token < 4; token++)
        {
            Tail(rows, ranks, low + (token * MostRanks), result + ((long)token * length), i, length);
        }
    }

    // Four vectors of the outputs of one token, through all ranks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateOne(nint* rows, int ranks, float* low, float* result, int length)
    {
        var (width, i) = (Vector<float>.Count, 0);
        for (; i <= length - (4 * width); i += 4 * width)
        {
            var target = result + i;
            var (p0, p1) = (Vector.Load(target), Vector.Load(target + width));
            var (p2, p3) = (Vector.Load(target + (2 * width)), Vector.Load(target + (3 * width)));
            for (var rank = 0; rank < ranks; rank++)
            {
                var (b, f) = ((nint)((float*)rows[rank] + i), new Vector<float>(low[rank]));
                (p0, p1) = (Vector.FusedMultiplyAdd(Vector.Load((float*)b), f, p0), Vector.FusedMultiplyAdd(Vector.Load((float*)b + width), f, p1));
                p2 = Vector.FusedMultiplyAdd(Vector.Load((float*)b + (2 * width)), f, p2);
                p3 = Vector.FusedMultiplyAdd(Vector.Load((float*)b + (3 * width)), f, p3);
            }

            Vector.Store(p0, target);
            Vector.Store(p1, target + width);
            Vector.Store(p2, target + (2 * width));
            Vector.Store(p3, target + (3 * width));
        }

        Tail(rows, ranks, low, result, i, length);
    }

    private static void Tail(nint* rows, int ranks, float* low, float* result, int start, int length)
    {
        for (var i = start; i < length; i++)
        {
            var sum = result[i];
            for (var rank = 0; rank < ranks; rank++)
            {
                sum = MathF.FusedMultiplyAdd(((float*)rows[rank])[i], low[rank], sum);
            }

            result[i] = sum;
        }
    }
}
