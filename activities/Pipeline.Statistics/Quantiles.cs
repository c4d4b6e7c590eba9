namespace Pipeline.Statistics;

/// <summary>Quantiles with linear interpolation at <c>(n - 1) q</c> (type 7 of Hyndman and Fan 1996).</summary>
public static class Quantiles
{
    /// <summary>A quantile of values in any order.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="q">0 to 1.</param>
    /// <returns>The quantile.</returns>
    public static double Of(IEnumerable<double> values, double q) => OfSorted([.. values.Order()], q);

    /// <summary>A quantile of ascending values.</summary>
    /// <param name="sorted">At least one.</param>
    /// <param name="q">0 to 1.</param>
    /// <returns>The quantile.</returns>
    public static double OfSorted(IReadOnlyList<double> sorted, double q)
    {
        var at = (sorted.Count - 1) * q;
        var low = (int)Math.Floor(at);
        var high = Math.Min(low + 1, sorted.Count - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }
}
