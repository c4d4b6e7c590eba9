namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Keeps the best measurement and says when to stop.</summary>
/// <param name="greaterIsBetter">Direction of the metric.</param>
/// <param name="patience">Measurements without improvement before the run stops; null for never.</param>
/// <param name="minimumImprovement">Smallest difference that counts.</param>
/// <param name="retentionBound">Lowest acceptable retention; null for none.</param>
public sealed class BestTracker(bool greaterIsBetter, int? patience, double minimumImprovement, double? retentionBound)
{
    /// <summary>Takes a measurement into account.</summary>
    /// <param name="state">Before it.</param>
    /// <param name="point">The measurement.</param>
    /// <returns>The state after it, whether it is the best so far, and whether to stop.</returns>
    /// <remarks>A measurement that is not finite, or whose retention is below the bound, is never the best.</remarks>
    public (BestState State, bool IsBest, StopReason? Stop) Add(BestState state, EvaluationPoint point)
    {
        var isRetained = retentionBound is null || point.Retention is null || point.Retention >= retentionBound;
        var gain = state.Value is not { } best ? double.PositiveInfinity : greaterIsBetter
            ? point.Metric - best : best - point.Metric;
        var isBest = isRetained && double.IsFinite(point.Metric) && gain > minimumImprovement;
        var next = isBest
            ? new BestState { Value = point.Metric, Step = point.Step } : state with { Stale = state.Stale + 1 };
        if (!isRetained)
        {
            return (next, false, StopReason.RetentionLost);
        }

        return (next, isBest, patience is { } limit && next.Stale >= limit ? StopReason.EarlyStopped : null);
    }
}
