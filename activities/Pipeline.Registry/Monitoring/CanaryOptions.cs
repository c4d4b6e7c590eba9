namespace Pipeline.Registry.Monitoring;

/// <summary>
/// When a candidate counts as worse, as good, or as not yet known. Margins are differences candidate − stable.
/// </summary>
public sealed record CanaryOptions
{
    /// <summary>Chance of rolling back a candidate that is no worse, over all metrics and all looks.</summary>
    /// <value>The default is 0.05.</value>
    public double Alpha { get; init; } = 0.05;

    /// <summary>Requests that each arm needs before the step can pass.</summary>
    /// <value>The default is 50.</value>
    public long MinRequests { get; init; } = 50;

    /// <summary>
    /// Requests of the candidate after which a step that is neither better nor worse is given to a person.
    /// </summary>
    /// <value>The default is 5,000.</value>
    public long MaxRequests { get; init; } = 5_000;

    /// <summary>Tolerated rise of the error rate, as a share of requests.</summary>
    /// <value>The default is 0.02.</value>
    public double ErrorRateMargin { get; init; } = 0.02;

    /// <summary>Tolerated ratio of typical latencies (geometric means).</summary>
    /// <value>The default is 1.25.</value>
    public double LatencyRatioMargin { get; init; } = 1.25;

    /// <summary>
    /// Tolerated rise of mean token entropy, nats; a fall as large counts as well, because collapsed answers have too
    /// little.
    /// </summary>
    /// <value>The default is 0.5.</value>
    public double EntropyMargin { get; init; } = 0.5;

    /// <summary>Tolerated shortfall of the judge's win rate below one half.</summary>
    /// <value>The default is 0.1.</value>
    public double WinRateMargin { get; init; } = 0.1;
}
