namespace Pipeline.Statistics;

/// <summary>Correlation of paired values.</summary>
public static class Correlation
{
    /// <summary>Pearson's product-moment correlation.</summary>
    /// <param name="x">First value of each pair.</param>
    /// <param name="y">Second value of each pair.</param>
    /// <returns>-1 to 1.</returns>
    public static double Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (a, b) = (x.Average(), y.Average());
        var covariance = x.Zip(y, (u, v) => (u - a) * (v - b)).Sum();
        return covariance / Math.Sqrt(x.Sum(u => (u - a) * (u - a)) * y.Sum(v => (v - b) * (v - b)));
    }

    /// <summary>Two-sided p of no correlation, by the t distribution.</summary>
    /// <param name="r">Pearson's correlation.</param>
    /// <param name="n">Number of pairs, above 2.</param>
    /// <returns>p.</returns>
    public static double PearsonP(double r, int n) =>
        2 * SpecialFunctions.StudentTail(Math.Abs(r) * Math.Sqrt((n - 2) / (1 - r * r)), n - 2);

    /// <summary>Spearman's rank correlation.</summary>
    /// <param name="x">First value of each pair.</param>
    /// <param name="y">Second value of each pair.</param>
    /// <returns>-1 to 1.</returns>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        Pearson(Ranks.Of(x), Ranks.Of(y));

    /// <summary>Kendall's tau-b, which corrects for ties.</summary>
    /// <param name="x">First value of each pair.</param>
    /// <param name="y">Second value of each pair.</param>
    /// <returns>-1 to 1.</returns>
    public static double KendallTauB(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (balance, inX, inY) = (0L, 0L, 0L);
        for (var i = 0; i < x.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (Math.Sign(x[i] - x[j]), Math.Sign(y[i] - y[j]));
                balance += a * b;
                inX += a * a;
                inY += b * b;
            }
        }

        return balance / Math.Sqrt((double)inX * inY);
    }
}
