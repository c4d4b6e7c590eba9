namespace Pipeline.Registry.Monitoring;

/// <summary>Count, mean and spread of one measurement; summaries of parts add up to the summary of the whole.</summary>
/// <param name="Count">Number of observations.</param>
/// <param name="Mean">Mean.</param>
/// <param name="SumOfSquares">Sum of squared deviations from the mean.</param>
public readonly record struct MetricSummary(long Count, double Mean, double SumOfSquares)
{
    /// <summary>Unbiased variance; 0 below two observations.</summary>
    public double Variance => Count > 1 ? SumOfSquares / (Count - 1) : 0;

    /// <summary>Takes one more observation.</summary>
    /// <param name="value">A finite number.</param>
    /// <returns>The new summary.</returns>
    /// <remarks><b>Source:</b> Welford 1962, Technometrics 4(3), updating formula.</remarks>
    public MetricSummary Add(double value)
    {
        var count = Count + 1;
        var mean = Mean + ((value - Mean) / count);
        return new MetricSummary(count, mean, SumOfSquares + ((value - Mean) * (value - mean)));
    }

    /// <summary>Joins two disjoint parts.</summary>
    /// <param name="other">The other part.</param>
    /// <returns>The summary of both.</returns>
    /// <remarks><b>Source:</b> Chan, Golub and LeVeque 1979, pairwise formula.</remarks>
    public MetricSummary Merge(MetricSummary other)
    {
        var count = Count + other.Count;
        if (count == 0)
        {
            return default;
        }

        var delta = other.Mean - Mean;
        return new MetricSummary(
            count, Mean + (delta * other.Count / count),
            SumOfSquares + other.SumOfSquares + (delta * delta * Count * other.Count / count));
    }

    /// <summary>Summarises a list.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <returns>The summary.</returns>
    public static MetricSummary Of(IEnumerable<double> values) =>
        values.Aggregate(default(MetricSummary), (summary, value) => summary.Add(value));
}
