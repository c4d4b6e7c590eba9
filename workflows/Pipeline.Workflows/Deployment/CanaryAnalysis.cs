using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Workflows.Deployment;

/// <summary>Answer of one step.</summary>
public enum CanaryOutcome
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>Not enough was seen.</summary>
    Inconclusive,

    /// <summary>Go back.</summary>
    RollBack,
}

/// <summary>Judges what a canary saw; pure, so that the same numbers always give the same answer.</summary>
public static class CanaryAnalysis
{
    /// <summary>Judges a step.</summary>
    /// <param name="options">Thresholds.</param>
    /// <param name="seen">What was seen.</param>
    /// <returns>The answer and its reason.</returns>
    public static (CanaryOutcome Outcome, string Reason) Judge(CanaryOptions options, CanaryMeasurement seen)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(seen);
        var (stable, candidate) = (seen.Stable, seen.Candidate);
        if (candidate.Requests > 0 && (double)candidate.Errors / candidate.Requests is var rate
            && rate > options.MaxErrorRate && candidate.Errors > 1)
        {
            return (CanaryOutcome.RollBack,
                $"{candidate.Errors} of {candidate.Requests} requests failed ({rate:P1}, allowed "
                    + $"{options.MaxErrorRate:P1})");
        }

        if (candidate.Requests < options.MinRequests || stable.Requests < Math.Min(1, options.MinRequests))
        {
            return (CanaryOutcome.Inconclusive,
                $"{candidate.Requests} requests to the candidate, {stable.Requests} to stable; {options.MinRequests} "
                    + "are needed");
        }

        // NaN compares false, so a missing latency cannot pass as a good one.
        var ratio = candidate.MedianMilliseconds / Math.Max(1, stable.MedianMilliseconds);
        return ratio <= options.MaxLatencyRatio
            ? (CanaryOutcome.Continue,
                $"{candidate.Requests} requests, {candidate.Errors} failed, median {candidate.MedianMilliseconds:0} "
                    + $"ms against {stable.MedianMilliseconds:0} ms")
            : (CanaryOutcome.RollBack,
                $"median latency {candidate.MedianMilliseconds:0} ms against {stable.MedianMilliseconds:0} ms "
                    + $"(allowed {options.MaxLatencyRatio:0.0} times)");
    }
}
