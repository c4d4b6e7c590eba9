namespace Pipeline.Registry.Monitoring;

/// <summary>A shift that lasted.</summary>
/// <param name="Stream">What was watched, such as <c>entropy</c>.</param>
/// <param name="At">When it was raised, UTC.</param>
/// <param name="BaselineMean">Mean of the baseline.</param>
/// <param name="CurrentMean">Mean of the last window.</param>
/// <param name="StandardErrors">Distance of the means in standard errors.</param>
/// <param name="StabilityIndex">Population stability index of the last window.</param>
public sealed record DriftAlarm(
    string Stream, DateTimeOffset At, double BaselineMean, double CurrentMean, double StandardErrors,
    double StabilityIndex);
