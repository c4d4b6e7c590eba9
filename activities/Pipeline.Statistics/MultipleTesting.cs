namespace Pipeline.Statistics;

/// <summary>
/// Adjusted p values for several tests; a hypothesis is rejected when its adjusted p is at most the level.
/// </summary>
public static class MultipleTesting
{
    /// <summary>Holm's step-down adjustment: controls any false rejection (Holm 1979).</summary>
    /// <param name="p">The p values.</param>
    /// <returns>Adjusted values in the same order.</returns>
    public static double[] Holm(IReadOnlyList<double> p) => Adjust(p, (rank, n) => n - rank + 1, stepUp: false);

    /// <summary>Benjamini and Hochberg's adjustment: controls the false discovery rate (1995).</summary>
    /// <param name="p">The p values.</param>
    /// <returns>Adjusted values in the same order.</returns>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p) =>
        Adjust(p, (rank, n) => (double)n / rank, stepUp: true);

    /// <summary>Benjamini and Yekutieli's adjustment for any dependence (2001).</summary>
    /// <param name="p">The p values.</param>
    /// <returns>Adjusted values in the same order.</returns>
    public static double[] BenjaminiYekutieli(IReadOnlyList<double> p)
    {
        var harmonic = Enumerable.Range(1, p.Count).Sum(i => 1.0 / i);
        return Adjust(p, (rank, n) => harmonic * n / rank, stepUp: true);
    }

    /// <summary>Hochberg's step-up adjustment (1988).</summary>
    /// <param name="p">The p values.</param>
    /// <returns>Adjusted values in the same order.</returns>
    public static double[] Hochberg(IReadOnlyList<double> p) => Adjust(p, (rank, n) => n - rank + 1, stepUp: true);

    /// <summary>Bonferroni's adjustment.</summary>
    /// <param name="p">The p values.</param>
    /// <returns>Adjusted values in the same order.</returns>
    public static double[] Bonferroni(IReadOnlyList<double> p) => [.. p.Select(value => Math.Min(1, value * p.Count))];

    private static double[] Adjust(IReadOnlyList<double> p, Func<int, int, double> factor, bool stepUp)
    {
        var order = Enumerable.Range(0, p.Count).OrderBy(i => p[i]).ToArray();
        var adjusted = new double[p.Count];
        var bound = stepUp ? 1.0 : 0.0;
        for (var k = 0; k < order.Length; k++)
        {
            var at = stepUp ? order.Length - 1 - k : k;
            var value = p[order[at]] * factor(at + 1, order.Length);
            bound = stepUp ? Math.Min(bound, value) : Math.Max(bound, value);
            adjusted[order[at]] = Math.Min(1, bound);
        }

        return adjusted;
    }
}
