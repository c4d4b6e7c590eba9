using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Llm.Generation;

/// <summary>The loops of <see cref="RowKernel"/> in one vector width. They are compiled at once in their final form:
/// they are few, and most of the time that an adapter costs is spent in them.</summary>
/// <typeparam name="T">The register.</typeparam>
internal static unsafe class RowLoops<T>
    where T : struct, IFloatVector<T>
{
    /// <summary>Four products with x to one, and with y to two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dot(float* a0, float* a1, float* a2, float* a3, float* x, float* y, int length, float scaling,
        float* one, float* two)
    {
        var (x0, x1, x2, x3) = (T.Fill(0), T.Fill(0), T.Fill(0), T.Fill(0));
        var (y0, y1, y2, y3) = (T.Fill(0), T.Fill(0), T.Fill(0), T.Fill(0));
        var i = 0;
        for (; i <= length - T.Width; i += T.Width)
        {
            var (u, v) = (T.Load(x + i), T.Load(y + i));
            var (r0, r1, r2, r3) = (T.Load(a0 + i), T.Load(a1 + i), T.Load(a2 + i), T.Load(a3 + i));
            (x0, y0) = (T.MultiplyAdd(r0, u, x0), T.MultiplyAdd(r0, v, y0));
            (x1, y1) = (T.MultiplyAdd(r1, u, x1), T.MultiplyAdd(r1, v, y1));
            (x2, y2) = (T.MultiplyAdd(r2, u, x2), T.MultiplyAdd(r2, v, y2));
            (x3, y3) = (T.MultiplyAdd(r3, u, x3), T.MultiplyAdd(r3, v, y3));
        }

        var (first, second) = (T.Sums(x0, x1, x2, x3), T.Sums(y0, y1, y2, y3));
        if (i < length)
        {
            first = Vector128.Create(Rest(first[0], a0, x, i, length), Rest(first[1], a1, x, i, length),
                Rest(first[2], a2, x, i, length), Rest(first[3], a3, x, i, length));
            second = Vector128.Create(Rest(second[0], a0, y, i, length), Rest(second[1], a1, y, i, length),
                Rest(second[2], a2, y, i, length), Rest(second[3], a3, y, i, length));
        }

        // Both writes go to the same place when there is one token only.
        (second * scaling).Store(two);
        (first * scaling).Store(one);
    }

    /// <summary>Two vectors of the outputs of four tokens at a time, through all ranks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AccumulateFour(
        nint* rows, int ranks, float* low, float* t0, float* t1, float* t2, float* t3, int length)
    {
        var (width, i) = (T.Width, 0);
        for (; i <= length - (2 * width); i += 2 * width)
        {
            var (p0, p1, p2, p3) = (T.Load(t0 + i), T.Load(t1 + i), T.Load(t2 + i), T.Load(t3 + i));
            var (q0, q1, q2, q3) =
                (T.Load(t0 + i + width), T.Load(t1 + i + width), T.Load(t2 + i + width), T.Load(t3 + i + width));
            for (var rank = 0; rank < ranks; rank++)
            {
                var b = (float*)rows[rank] + i;
                var (u, v) = (T.Load(b), T.Load(b + width));
                var (f0, f1) = (T.Fill(low[rank]), T.Fill(low[rank + RowKernel.MostRanks]));
                (p0, q0) = (T.MultiplyAdd(u, f0, p0), T.MultiplyAdd(v, f0, q0));
                (p1, q1) = (T.MultiplyAdd(u, f1, p1), T.MultiplyAdd(v, f1, q1));
                var (f2, f3) =
                    (T.Fill(low[rank + (2 * RowKernel.MostRanks)]), T.Fill(low[rank + (3 * RowKernel.MostRanks)]));
                (p2, q2) = (T.MultiplyAdd(u, f2, p2), T.MultiplyAdd(v, f2, q2));
                (p3, q3) = (T.MultiplyAdd(u, f3, p3), T.MultiplyAdd(v, f3, q3));
            }

            T.Store(p0, t0 + i);
            T.Store(p1, t1 + i);
            T.Store(p2, t2 + i);
            T.Store(p3, t3 + i);
            T.Store(q0, t0 + i + width);
            T.Store(q1, t1 + i + width);
            T.Store(q2, t2 + i + width);
            T.Store(q3, t3 + i + width);
        }

        Tail(rows, ranks, low, t0, i, length);
        Tail(rows, ranks, low + RowKernel.MostRanks, t1, i, length);
        Tail(rows, ranks, low + (2 * RowKernel.MostRanks), t2, i, length);
        Tail(rows, ranks, low + (3 * RowKernel.MostRanks), t3, i, length);
    }

    /// <summary>Four vectors of the outputs of one token at a time, through all ranks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AccumulateOne(nint* rows, int ranks, float* low, float* result, int length)
    {
        var (width, i) = (T.Width, 0);
        for (; i <= length - (4 * width); i += 4 * width)
        {
            var target = result + i;
            var (p0, p1) = (T.Load(target), T.Load(target + width));
            var (p2, p3) = (T.Load(target + (2 * width)), T.Load(target + (3 * width)));
            for (var rank = 0; rank < ranks; rank++)
            {
                var (b, f) = ((nint)((float*)rows[rank] + i), T.Fill(low[rank]));
                (p0, p1) = (T.MultiplyAdd(T.Load((float*)b), f, p0), T.MultiplyAdd(T.Load((float*)b + width), f, p1));
                p2 = T.MultiplyAdd(T.Load((float*)b + (2 * width)), f, p2);
                p3 = T.MultiplyAdd(T.Load((float*)b + (3 * width)), f, p3);
            }

            T.Store(p0, target);
            T.Store(p1, target + width);
            T.Store(p2, target + (2 * width));
            T.Store(p3, target + (3 * width));
        }

        Tail(rows, ranks, low, result, i, length);
    }

    private static float Rest(float sum, float* a, float* x, int start, int length)
    {
        for (var i = start; i < length; i++)
        {
            sum = MathF.FusedMultiplyAdd(a[i], x[i], sum);
        }

        return sum;
    }

    // Whole vectors as long as they fit, then single numbers; each output is one sum through the ranks in either case.
    private static void Tail(nint* rows, int ranks, float* low, float* result, int start, int length)
    {
        var i = start;
        for (; i <= length - T.Width; i += T.Width)
        {
            var sum = T.Load(result + i);
            for (var rank = 0; rank < ranks; rank++)
            {
                sum = T.MultiplyAdd(T.Load((float*)rows[rank] + i), T.Fill(low[rank]), sum);
            }

            T.Store(sum, result + i);
        }

        for (; i < length; i++)
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
