using System.Numerics;

namespace Pipeline.Statistics;

/// <summary>
/// McNemar's test for two models on the same questions: only the questions where exactly one is right count.
/// </summary>
/// <remarks>Source: McNemar 1947; Fagerland, Lydersen and Laake 2013 for mid-p.</remarks>
public static class McNemar
{
    /// <summary>Exact two-sided p: twice the binomial tail, at most 1.</summary>
    /// <param name="onlyFirst">Questions that only the first model got right.</param>
    /// <param name="onlySecond">Questions that only the second model got right.</param>
    /// <returns>p; 1 without a difference.</returns>
    public static double ExactP(int onlyFirst, int onlySecond) =>
        Math.Min(1, 2 * BinomialTail(Math.Min(onlyFirst, onlySecond), onlyFirst + onlySecond));

    /// <summary>Exact one-sided p of "more questions were lost than gained".</summary>
    /// <param name="lost">Questions that only the baseline got right.</param>
    /// <param name="gained">Questions that only the candidate got right.</param>
    /// <returns>P(X ≥ lost) for X binomial with one half.</returns>
    public static double LossP(int lost, int gained) => BinomialTail(gained, lost + gained);

    /// <summary>Mid-p: the outcomes as likely as the observed one count half.</summary>
    /// <param name="onlyFirst">Questions that only the first model got right.</param>
    /// <param name="onlySecond">Questions that only the second model got right.</param>
    /// <returns>p; 1 without a difference.</returns>
    public static double MidP(int onlyFirst, int onlySecond)
    {
        var (n, least) = (onlyFirst + onlySecond, Math.Min(onlyFirst, onlySecond));
        if (n == 0) return 1;
        var point = Ratio(Choose(n, least), n);
        return onlyFirst == onlySecond ? 1 - point / 2 : ExactP(onlyFirst, onlySecond) - point;
    }

    /// <summary>The chi-square approximation.</summary>
    /// <param name="onlyFirst">Questions that only the first model got right.</param>
    /// <param name="onlySecond">Questions that only the second model got right; not both 0.</param>
    /// <param name="corrected">Whether to apply the continuity correction.</param>
    /// <returns>Statistic and two-sided p.</returns>
    public static (double Statistic, double P) ChiSquare(int onlyFirst, int onlySecond, bool corrected)
    {
        var difference = (double)Math.Abs(onlyFirst - onlySecond);
        if (corrected) difference--;
        var statistic = difference * difference / (onlyFirst + onlySecond);
        return (statistic, SpecialFunctions.ChiSquareTail(statistic, 1));
    }

    /// <summary>P(X ≤ k) for X binomial with n trials of one half, in exact integers.</summary>
    internal static double BinomialTail(int k, int n)
    {
        var (term, sum) = (BigInteger.One, BigInteger.One);
        for (var i = 1; i <= k; i++)
        {
            term = term * (n - i + 1) / i;
            sum += term;
        }

        return Ratio(sum, n);
    }

    private static BigInteger Choose(int n, int k)
    {
        var term = BigInteger.One;
        for (var i = 1; i <= k; i++) term = term * (n - i + 1) / i;
        return term;
    }

    /// <summary>count / 2ⁿ without overflow.</summary>
    private static double Ratio(BigInteger count, int n)
    {
        var shift = Math.Max(0, (int)count.GetBitLength() - 64);
        return Math.ScaleB((double)(ulong)(count >> shift), shift - n);
    }
}
