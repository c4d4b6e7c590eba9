namespace Pipeline.Statistics;

/// <summary>Sample moments.</summary>
public static class Moments
{
    /// <summary>Sample variance with n - 1.</summary>
    /// <param name="values">At least two values.</param>
    /// <returns>The variance; 0 for fewer than two values.</returns>
    public static double Variance(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return 0;
        var mean = values.Average();
        return values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1);
    }

    /// <summary>Standard error of a mean: sample deviation over √n.</summary>
    /// <param name="values">The values.</param>
    /// <returns>The error; 0 for fewer than two values.</returns>
    public static double StandardError(IReadOnlyList<double> values) => Math.Sqrt(Variance(values) / values.Count);

    /// <summary>Variance of two samples with one variance.</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    /// <returns>The pooled variance.</returns>
    public static double PooledVariance(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        ((x.Count - 1) * Variance(x) + (y.Count - 1) * Variance(y)) / (x.Count + y.Count - 2);

    /// <summary>Cohen's d: difference of means in pooled deviations.</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    /// <returns>The effect size.</returns>
    public static double CohenD(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        (x.Average() - y.Average()) / Math.Sqrt(PooledVariance(x, y));
}
