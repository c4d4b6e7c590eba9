namespace Pipeline.Registry.Monitoring;

/// <summary>Windows and thresholds of a <see cref="DriftMonitor"/>.</summary>
public sealed record DriftOptions
{
    /// <summary>Observations that make up the learnt baseline.</summary>
    /// <value>The default is 500.</value>
    public int BaselineSize { get; init; } = 500;

    /// <summary>Observations of one window.</summary>
    /// <value>The default is 100.</value>
    public int WindowSize { get; init; } = 100;

    /// <summary>Standard errors by which a window's mean must leave the baseline's.</summary>
    /// <value>The default is 5.</value>
    public double MeanThreshold { get; init; } = 5;

    /// <summary>Population stability index that counts as a shift, when the Kolmogorov–Smirnov test agrees.</summary>
    /// <value>The default is 0.25.</value>
    public double IndexThreshold { get; init; } = 0.25;

    /// <summary>Largest p value of the Kolmogorov–Smirnov test that counts as agreement.</summary>
    /// <value>The default is 1e-6.</value>
    public double PValueThreshold { get; init; } = 1e-6;

    /// <summary>Shifted windows in a row that raise the alarm.</summary>
    /// <value>The default is 2.</value>
    public int RaiseAfter { get; init; } = 2;

    /// <summary>Calm windows in a row that arm the monitor again.</summary>
    /// <value>The default is 3.</value>
    public int ClearAfter { get; init; } = 3;
}
