using Pipeline.Statistics;

namespace Pipeline.Evaluation.Performance;

/// <summary>Mean and quantiles in seconds.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P95">95 % are at most this.</param>
/// <param name="P99">99 % are at most this.</param>
public sealed record LatencySummary(double Mean, double P50, double P95, double P99)
{
    /// <summary>Summarises values.</summary>
    /// <param name="seconds">Values.</param>
    /// <returns>The summary; null without values.</returns>
    public static LatencySummary? Of(IReadOnlyList<double> seconds)
    {
        if (seconds.Count == 0) return null;
        double[] sorted = [.. seconds.Order()];
        return new(sorted.Average(), Quantiles.OfSorted(sorted, 0.5), Quantiles.OfSorted(sorted, 0.95),
            Quantiles.OfSorted(sorted, 0.99));
    }
}
