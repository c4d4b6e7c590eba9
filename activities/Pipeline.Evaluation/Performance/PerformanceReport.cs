namespace Pipeline.Evaluation.Performance;

/// <summary>
/// Speed of a model under a stated load; everything is computed from the request log, so that anybody can compute it
/// again.
/// </summary>
public sealed record PerformanceReport
{
    /// <summary>Requests in flight at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Mean prompt tokens.</summary>
    public required double PromptTokens { get; init; }

    /// <summary>Mean generated tokens.</summary>
    public required double OutputTokens { get; init; }

    /// <summary>Finished requests.</summary>
    public required int Requests { get; init; }

    /// <summary>Failed requests; they are in no other figure.</summary>
    public required int Failures { get; init; }

    /// <summary>Seconds from the first start to the last token.</summary>
    public required double Duration { get; init; }

    /// <summary>Time to the first token.</summary>
    public LatencySummary? FirstToken { get; init; }

    /// <summary>Time between tokens of a request.</summary>
    public LatencySummary? BetweenTokens { get; init; }

    /// <summary>Time from start to last token.</summary>
    public LatencySummary? EndToEnd { get; init; }

    /// <summary>Finished requests a second.</summary>
    public double RequestsPerSecond => Duration > 0 ? Requests / Duration : 0;

    /// <summary>Generated tokens a second, over all requests.</summary>
    public double TokensPerSecond => Duration > 0 ? OutputTokens * Requests / Duration : 0;

    /// <summary>Largest memory of the process; null when not measured.</summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>Computes the figures.</summary>
    /// <param name="log">The request log.</param>
    /// <param name="concurrency">Requests in flight at a time.</param>
    /// <param name="peakMemoryBytes">Largest memory, or null.</param>
    /// <returns>The report.</returns>
    public static PerformanceReport Of(IReadOnlyList<RequestRecord> log, int concurrency, long? peakMemoryBytes = null)
    {
        RequestRecord[] done = [.. log.Where(request => request.Error is null && request.TokenTimes.Count > 0)];
        return new PerformanceReport
        {
            Concurrency = concurrency,
            PromptTokens = done.Length == 0 ? 0 : done.Average(request => request.PromptTokens),
            OutputTokens = done.Length == 0 ? 0 : done.Average(request => request.TokenTimes.Count),
            Requests = done.Length,
            Failures = log.Count - done.Length,
            Duration = done.Length == 0 ? 0 : done.Max(request => request.TokenTimes[^1])
                - done.Min(request => request.Start),
            FirstToken = LatencySummary.Of([.. done.Select(request => request.TokenTimes[0] - request.Start)]),
            BetweenTokens = LatencySummary.Of(
                [.. done.SelectMany(request => request.TokenTimes.Zip(request.TokenTimes.Skip(1), (a, b) => b - a))]),
            EndToEnd = LatencySummary.Of([.. done.Select(request => request.TokenTimes[^1] - request.Start)]),
            PeakMemoryBytes = peakMemoryBytes,
        };
    }
}
