namespace Pipeline.Registry.Monitoring;

/// <summary>
/// What one arm of a rollout did since its step began. Travels as JSON from the gateway to the workflow.
/// </summary>
public sealed record ArmMetrics
{
    /// <summary>Adapter that served, as <c>name@version</c> or <c>base</c>.</summary>
    public string Adapter { get; init; } = "";

    /// <summary>Requests that ended, failed ones included.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that the server failed: not those that a client broke off or that were invalid.</summary>
    public long Errors { get; init; }

    /// <summary>Natural logarithm of the whole latency of successful requests, seconds.</summary>
    public MetricSummary LogLatency { get; init; }

    /// <summary>Mean token entropy of each response, nats.</summary>
    public MetricSummary Entropy { get; init; }

    /// <summary>Latency at 50 %, 95 % and 99 % of successful requests, seconds; informative.</summary>
    public LatencyQuantiles Latency { get; init; } = new(0, 0, 0);

    /// <summary>Comparisons with the other arm that a judge gave to this arm.</summary>
    public long JudgeWins { get; init; }

    /// <summary>Comparisons with the other arm that a judge gave to the other arm.</summary>
    public long JudgeLosses { get; init; }

    /// <summary>Joins the metrics of two replicas; quantiles become those of the slower one.</summary>
    /// <param name="other">The other replica's metrics of the same arm.</param>
    /// <returns>Both together.</returns>
    public ArmMetrics Merge(ArmMetrics other) => this with
    {
        Requests = Requests + other.Requests,
        Errors = Errors + other.Errors,
        LogLatency = LogLatency.Merge(other.LogLatency),
        Entropy = Entropy.Merge(other.Entropy),
        Latency = new LatencyQuantiles(
            Math.Max(Latency.P50, other.Latency.P50), Math.Max(Latency.P95, other.Latency.P95),
            Math.Max(Latency.P99, other.Latency.P99)),
        JudgeWins = JudgeWins + other.JudgeWins,
        JudgeLosses = JudgeLosses + other.JudgeLosses,
    };
}

/// <summary>Latency quantiles.</summary>
/// <param name="P50">Median, seconds.</param>
/// <param name="P95">95 %, seconds.</param>
/// <param name="P99">99 %, seconds.</param>
public sealed record LatencyQuantiles(double P50, double P95, double P99);
