namespace Pipeline.Evaluation.Results;

/// <summary>One aggregated metric.</summary>
/// <param name="Value">The value.</param>
/// <param name="StandardError">Its standard error; null where it has none.</param>
public sealed record MetricValue(double Value, double? StandardError = null);
