namespace Pipeline.Statistics;

/// <summary>Mann–Whitney test of two independent samples.</summary>
/// <remarks>Normal approximation with tie correction. Source: Mann and Whitney 1947.</remarks>
public sealed class MannWhitney
{
    private readonly int _n;
    private readonly int _m;
    private readonly double _ties;

    /// <summary>Ranks the samples together.</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    public MannWhitney(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        (_n, _m) = (x.Count, y.Count);
        double[] all = [.. x, .. y];
        U = Ranks.Of(all).Take(_n).Sum() - _n * (_n + 1) / 2.0;
        _ties = Ranks.TieTerm(all);
    }

    /// <summary>Pairs in which x is larger; a tie counts half.</summary>
    public double U { get; }

    /// <summary>Probability that a value of x is larger than one of y.</summary>
    public double Superiority => U / ((double)_n * _m);

    /// <summary>Two-sided p by the normal approximation.</summary>
    /// <param name="corrected">Whether to apply the continuity correction.</param>
    /// <returns>At most 1.</returns>
    public double ApproximateP(bool corrected = true)
    {
        double n = _n, m = _m, total = n + m;
        var deviation = Math.Sqrt(n * m / 12 * (total + 1 - _ties / (total * (total - 1))));
        var z = (Math.Max(U, n * m - U) - n * m / 2 - (corrected ? 0.5 : 0)) / deviation;
        return Math.Min(1, 2 * SpecialFunctions.NormalTail(z));
    }

    /// <summary>Exact two-sided p; for samples without ties.</summary>
    /// <returns>At most 1.</returns>
    public double ExactP()
    {
        // Number of ways to choose n ranks with a given U, by adding one rank at a time (as a partition count).
        var (size, larger) = (_n * _m, (int)Math.Max(U, (double)_n * _m - U));
        var ways = new double[size + 1];
        ways[0] = 1;
        for (var i = 1; i <= _n; i++)
        {
            for (var u = size; u >= _m + i; u--) ways[u] -= ways[u - _m - i];
            for (var u = i; u <= size; u++) ways[u] += ways[u - i];
        }

        return Math.Min(1, 2 * ways.Skip(larger).Sum() / ways.Sum());
    }
}
