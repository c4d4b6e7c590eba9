using System.Globalization;

namespace Pipeline.Registry.Monitoring;

/// <summary>
/// Judges one step of a canary from the metrics of both arms. Pure; may be called as often as one likes.
/// </summary>
public static class CanaryAnalysis
{
    /// <summary>Decides.</summary>
    /// <param name="stable">Metrics of the stable arm since the step began.</param>
    /// <param name="candidate">Metrics of the candidate since the step began.</param>
    /// <param name="options">Margins and budgets; null takes the defaults.</param>
    /// <returns>The verdict with its reasons.</returns>
    /// <remarks>
    /// Rollback: a metric is worse beyond chance (always-valid p at most α divided by the number of metrics) and the
    /// estimate is beyond the margin. Promote: enough requests and every interval ends inside its margin. The error
    /// probability holds over all looks at one step.
    /// </remarks>
    public static CanaryDecision Decide(ArmMetrics stable, ArmMetrics candidate, CanaryOptions? options = null)
    {
        options ??= new CanaryOptions();
        var alpha = options.Alpha / (candidate.JudgeWins + candidate.JudgeLosses > 1 ? 4 : 3);
        var comparisons = ArmComparisons.Compare(stable, candidate, options, alpha);
        var harms = comparisons.Where(row => row.PValue <= alpha && Excess(row, options) > 0).ToList();
        if (harms.Count > 0)
        {
            return new CanaryDecision(
                CanaryVerdict.Rollback, [.. harms.Select(row => Sentence(row, "is worse"))], comparisons);
        }

        var least = Math.Min(stable.Requests, candidate.Requests);
        if (least < options.MinRequests)
        {
            var reason =
                $"{stable.Requests} stable and {candidate.Requests} candidate requests; each arm needs "
                    + $"{options.MinRequests}";
            return new CanaryDecision(CanaryVerdict.Continue, [reason], comparisons);
        }

        var open = comparisons.Where(row => !IsInside(row, options)).ToList();
        if (open.Count == 0)
        {
            return new CanaryDecision(CanaryVerdict.Promote,
                [.. comparisons.Select(row => Sentence(row, "is within its margin"))], comparisons);
        }

        var verdict = candidate.Requests >= options.MaxRequests ? CanaryVerdict.Inconclusive : CanaryVerdict.Continue;
        return new CanaryDecision(verdict, [.. open.Select(row => Sentence(row, "is not decided"))], comparisons);
    }

    // How far the estimate lies beyond the margin in the bad direction.
    private static double Excess(ArmComparison row, CanaryOptions options) => row.Metric switch
    {
        "judge_win_rate" => -row.Difference - options.WinRateMargin,
        "entropy" => Math.Abs(row.Difference) - options.EntropyMargin,
        "log_latency" => row.Difference - Math.Log(options.LatencyRatioMargin),
        _ => row.Difference - options.ErrorRateMargin,
    };

    private static bool IsInside(ArmComparison row, CanaryOptions options) => row.Metric switch
    {
        "judge_win_rate" => row.Low >= -options.WinRateMargin,
        "entropy" => row.High <= options.EntropyMargin && row.Low >= -options.EntropyMargin,
        "log_latency" => row.High <= Math.Log(options.LatencyRatioMargin),
        _ => row.High <= options.ErrorRateMargin,
    };

    private static string Sentence(ArmComparison row, string finding) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Metric} {finding}: candidate {row.CandidateMean:g4} (n {row.CandidateCount}), stable "
            + $"{row.StableMean:g4} (n {row.StableCount}), difference in [{row.Low:g3}, {row.High:g3}], p "
            + $"{row.PValue:g2}");
}
