namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>The best measurement so far, and how long ago it was.</summary>
public sealed record BestState
{
    /// <summary>Best value of the metric; null before the first measurement.</summary>
    public double? Value { get; init; }

    /// <summary>Step of the best value.</summary>
    public int Step { get; init; }

    /// <summary>Measurements in a row that were no better.</summary>
    public int Stale { get; init; }
}
