using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Llm.Generation;

/// <summary>The loops of <see cref="RowKernel"/> in one vector width and element type. They are compiled at once in
/// their final form: they are few, and most of the time that an adapter costs is spent in them.</summary>
/// <typeparam name="T">The register.</typeparam>
/// <typeparam name="TPacked">How the weights lie in memory.</typeparam>
internal static unsafe class RowLoops<T, TPacked>
    where T : struct, IFloatVector<T>
    where TPacked : struct, IPackedNumbers
{
    /// <summary>Bytes of a line of the cache.</summary>
    public const int Line = 64;

    // Inlined by wish: the loops use it more often than the compiler's budget for inlining lasts.
    private static int UnitBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * T.Width * TPacked.Bytes;
    }

    /// <summary>A group of A with two tokens; <paramref name="ends"/> has their last units where they are
    /// short.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DotTwo(
        byte* a, float* x, float* y, float* ends, int length, float scaling, float* one, float* two)
    {
        var unit = UnitBytes;
        var (x0, x1, x2, x3) = (T.Fill(0), T.Fill(0), T.Fill(0), T.Fill(0));
        var (y0, y1, y2, y3) = (T.Fill(0), T.Fill(0), T.Fill(0), T.Fill(0));
        for (var left = length; left > 0; left -= 2 * T.Width)
        {
            if (left < 2 * T.Width)
            {
                x = ends;
                y = ends + (2 * T.Width);
            }

            var (u, v) = (T.Load(x), T.Load(y));
            var (a0, a1) = (TPacked.First<T>(a), TPacked.First<T>(a + unit));
            var (a2, a3) = (TPacked.First<T>(a + (2 * unit)), TPacked.First<T>(a + (3 * unit)));
            (x0, y0) = (T.MultiplyAdd(a0, u, x0), T.MultiplyAdd(a0, v, y0));
            (x1, y1) = (T.MultiplyAdd(a1, u, x1), T.MultiplyAdd(a1, v, y1));
            (x2, y2) = (T.MultiplyAdd(a2, u, x2), T.MultiplyAdd(a2, v, y2));
            (x3, y3) = (T.MultiplyAdd(a3, u, x3), T.MultiplyAdd(a3, v, y3));
            (u, v) = (T.Load(x + T.Width), T.Load(y + T.Width));
            (a0, a1) = (TPacked.Second<T>(a), TPacked.Second<T>(a + unit));
            (a2, a3) = (TPacked.Second<T>(a + (2 * unit)), TPacked.Second<T>(a + (3 * unit)));
            (x0, y0) = (T.MultiplyAdd(a0, u, x0), T.MultiplyAdd(a0, v, y0));
            (x1, y1) = (T.MultiplyAdd(a1, u, x1), T.MultiplyAdd(a1, v, y1));
            (x2, y2) = (T.MultiplyAdd(a2, u, x2), T.MultiplyAdd(a2, v, y2));
            (x3, y3) = (T.MultiplyAdd(a3, u, x3), T.MultiplyAdd(a3, v, y3));
            x += 2 * T.Width;
            y += 2 * T.Width;
            a += 4 * unit;
        }

        (T.Sums(x0, x1, x2, x3) * scaling).Store(one);
        (T.Sums(y0, y1, y2, y3) * scaling).Store(two);
    }

    /// <summary>Two groups of A with one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DotOne(
        byte* a, byte* b, float* x, float* end, int length, float scaling, float* one, float* two, nint ahead)
    {
        var unit = UnitBytes;
        var (x0, x1, x2, x3) = (T.Fill(0), T.Fill(0), T.Fill(0), T.Fill(0));
        var (y0, y1, y2, y3) = (T.Fill(0), T.Fill(0), T.Fill(0), T.Fill(0));
        for (var left = length; left > 0; left -= 2 * T.Width)
        {
            x = left < 2 * T.Width ? end : x;
            var (u, v) = (T.Load(x), T.Load(x + T.Width));
            (x0, y0) = (T.MultiplyAdd(TPacked.First<T>(a), u, x0), T.MultiplyAdd(TPacked.First<T>(b), u, y0));
            (x0, y0) = (T.MultiplyAdd(TPacked.Second<T>(a), v, x0), T.MultiplyAdd(TPacked.Second<T>(b), v, y0));
            Prefetch(a + ahead, unit);
            Prefetch(b + ahead, unit);
            a += unit;
            b += unit;
            (x1, y1) = (T.MultiplyAdd(TPacked.First<T>(a), u, x1), T.MultiplyAdd(TPacked.First<T>(b), u, y1));
            (x1, y1) = (T.MultiplyAdd(TPacked.Second<T>(a), v, x1), T.MultiplyAdd(TPacked.Second<T>(b), v, y1));
            Prefetch(a + ahead, unit);
            Prefetch(b + ahead, unit);
            a += unit;
            b += unit;
            (x2, y2) = (T.MultiplyAdd(TPacked.First<T>(a), u, x2), T.MultiplyAdd(TPacked.First<T>(b), u, y2));
            (x2, y2) = (T.MultiplyAdd(TPacked.Second<T>(a), v, x2), T.MultiplyAdd(TPacked.Second<T>(b), v, y2));
            Prefetch(a + ahead, unit);
            Prefetch(b + ahead, unit);
            a += unit;
            b += unit;
            (x3, y3) = (T.MultiplyAdd(TPacked.First<T>(a), u, x3), T.MultiplyAdd(TPacked.First<T>(b), u, y3));
            (x3, y3) = (T.MultiplyAdd(TPacked.Second<T>(a), v, x3), T.MultiplyAdd(TPacked.Second<T>(b), v, y3));
            x += 2 * T.Width;
            Prefetch(a + ahead, unit);
            Prefetch(b + ahead, unit);
            a += unit;
            b += unit;
        }

        // Both writes go to the same place when there is one group only.
        (T.Sums(y0, y1, y2, y3) * scaling).Store(two);
        (T.Sums(x0, x1, x2, x3) * scaling).Store(one);
    }

    /// <summary>A tile of B with four tokens, unit by unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AccumulateFour(byte* tile, int ranks, float* low, float* t0, float* t1, float* t2, float* t3)
    {
        var (unit, width) = (UnitBytes, T.Width);
        for (var half = 0; half < 2; half++)
        {
            var (p0, p1, p2, p3) = (T.Load(t0), T.Load(t1), T.Load(t2), T.Load(t3));
            var (q0, q1) = (T.Load(t0 + width), T.Load(t1 + width));
            var (q2, q3) = (T.Load(t2 + width), T.Load(t3 + width));
            var b = tile + (half * unit);
            for (var rank = 0; rank < ranks; rank++, b += 2 * unit)
            {
                var (u, v) = (TPacked.First<T>(b), TPacked.Second<T>(b));
                var (f0, f1) = (T.Fill(low[rank]), T.Fill(low[rank + BankedModule.MostRanks]));
                (p0, q0) = (T.MultiplyAdd(u, f0, p0), T.MultiplyAdd(v, f0, q0));
                (p1, q1) = (T.MultiplyAdd(u, f1, p1), T.MultiplyAdd(v, f1, q1));
                var (f2, f3) = (T.Fill(low[rank + (2 * BankedModule.MostRanks)]),
                    T.Fill(low[rank + (3 * BankedModule.MostRanks)]));
                (p2, q2) = (T.MultiplyAdd(u, f2, p2), T.MultiplyAdd(v, f2, q2));
                (p3, q3) = (T.MultiplyAdd(u, f3, p3), T.MultiplyAdd(v, f3, q3));
            }

            T.Store(p0, t0);
            T.Store(p1, t1);
            T.Store(p2, t2);
            T.Store(p3, t3);
            T.Store(q0, t0 + width);
            T.Store(q1, t1 + width);
            T.Store(q2, t2 + width);
            T.Store(q3, t3 + width);
            t0 += 2 * width;
            t1 += 2 * width;
            t2 += 2 * width;
            t3 += 2 * width;
        }
    }

    /// <summary>Two tiles of B with one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AccumulateOne(byte* a, byte* b, int ranks, float* low, float* one, float* two, nint ahead)
    {
        var (unit, width) = (UnitBytes, T.Width);
        var (p0, p1, p2, p3) =
            (T.Load(one), T.Load(one + width), T.Load(one + (2 * width)), T.Load(one + (3 * width)));
        var (q0, q1, q2, q3) =
            (T.Load(two), T.Load(two + width), T.Load(two + (2 * width)), T.Load(two + (3 * width)));
        for (var rank = 0; rank < ranks; rank++)
        {
            var f = T.Fill(low[rank]);
            (p0, q0) = (T.MultiplyAdd(TPacked.First<T>(a), f, p0), T.MultiplyAdd(TPacked.First<T>(b), f, q0));
            (p1, q1) = (T.MultiplyAdd(TPacked.Second<T>(a), f, p1), T.MultiplyAdd(TPacked.Second<T>(b), f, q1));
            Prefetch(a + ahead, unit);
            Prefetch(b + ahead, unit);
            a += unit;
            b += unit;
            (p2, q2) = (T.MultiplyAdd(TPacked.First<T>(a), f, p2), T.MultiplyAdd(TPacked.First<T>(b), f, q2));
            (p3, q3) = (T.MultiplyAdd(TPacked.Second<T>(a), f, p3), T.MultiplyAdd(TPacked.Second<T>(b), f, q3));
            Prefetch(a + ahead, unit);
            Prefetch(b + ahead, unit);
            a += unit;
            b += unit;
        }

        T.Store(q0, two);
        T.Store(q1, two + width);
        T.Store(q2, two + (2 * width));
        T.Store(q3, two + (3 * width));
        T.Store(p0, one);
        T.Store(p1, one + width);
        T.Store(p2, one + (2 * width));
        T.Store(p3, one + (3 * width));
    }

    /// <summary>Brings what is read next into the second cache while something else is computed.</summary>
    /// <param name="place">Address; any is allowed.</param>
    /// <param name="bytes">At most two lines.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* place, int bytes)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(place);
            if (bytes > Line)
            {
                Sse.Prefetch1(place + Line);
            }
        }
    }
}
