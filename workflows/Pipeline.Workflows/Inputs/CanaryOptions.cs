namespace Pipeline.Workflows.Inputs;

/// <summary>How traffic moves to the new version.</summary>
public sealed record CanaryOptions
{
    /// <summary>Whether the result is deployed at all.</summary>
    /// <value>The default is true.</value>
    public bool Deploy { get; init; } = true;

    /// <summary>Shares of the traffic in percent, rising, each below 100.</summary>
    /// <value>The default is 10, 50.</value>
    public IReadOnlyList<int> Steps { get; init; } = [10, 50];

    /// <summary>Time for which each share is watched.</summary>
    /// <value>The default is 5 s.</value>
    public TimeSpan StepDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests to each arm that a step needs before it is judged.</summary>
    /// <value>The default is 10.</value>
    public int MinRequests { get; init; } = 10;

    /// <summary>Share of failed requests that rolls back.</summary>
    /// <value>The default is 0.02.</value>
    public double MaxErrorRate { get; init; } = 0.02;

    /// <summary>Median latency over the stable arm's that rolls back.</summary>
    /// <value>The default is 3.</value>
    public double MaxLatencyRatio { get; init; } = 3;

    /// <summary>Whether requests are generated; otherwise the canary waits for real ones.</summary>
    /// <value>The default is true.</value>
    public bool GenerateTraffic { get; init; } = true;

    /// <summary>Times that a step without enough requests is watched again before people are asked.</summary>
    /// <value>The default is 3.</value>
    public int MaxInconclusive { get; init; } = 3;

    /// <summary>Time for which people are asked; then the canary rolls back.</summary>
    /// <value>The default is 1 day.</value>
    public TimeSpan AskFor { get; init; } = TimeSpan.FromDays(1);
}
