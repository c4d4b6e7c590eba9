namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>What <see cref="DivergenceRule"/> remembers.</summary>
public sealed record DivergenceState
{
    /// <summary>Smoothed loss; null before the first step.</summary>
    public double? Average { get; init; }

    /// <summary>Lowest smoothed loss.</summary>
    public double Lowest { get; init; } = double.PositiveInfinity;

    /// <summary>Loss of the first step: where the run started.</summary>
    public double Start { get; init; }

    /// <summary>Steps in a row above the bound.</summary>
    public int Above { get; init; }
}
