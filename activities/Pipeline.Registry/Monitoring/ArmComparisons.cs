using Pipeline.Statistics;

namespace Pipeline.Registry.Monitoring;

/// <summary>
/// Puts the metrics of two arms side by side with intervals that hold at every look; also the report of an A/B test.
/// </summary>
public static class ArmComparisons
{
    /// <summary>Compares every metric that both arms have.</summary>
    /// <param name="stable">Metrics of the stable arm.</param>
    /// <param name="candidate">Metrics of the candidate.</param>
    /// <param name="options">Margins; they set the prior of each test.</param>
    /// <param name="alpha">Error probability of each interval.</param>
    /// <returns>One row a metric.</returns>
    public static IReadOnlyList<ArmComparison> Compare(
        ArmMetrics stable, ArmMetrics candidate, CanaryOptions options, double alpha)
    {
        var rows = new List<ArmComparison>();
        if (stable.Requests > 0 && candidate.Requests > 0)
        {
            rows.Add(Errors(stable, candidate, options.ErrorRateMargin, alpha));
        }

        AddMeans(
            rows, "log_latency", stable.LogLatency, candidate.LogLatency, Math.Log(options.LatencyRatioMargin), alpha);
        AddMeans(rows, "entropy", stable.Entropy, candidate.Entropy, options.EntropyMargin, alpha);
        var judged = candidate.JudgeWins + candidate.JudgeLosses;
        if (judged > 1)
        {
            rows.Add(WinRate(candidate.JudgeWins, judged, options.WinRateMargin, alpha));
        }

        return rows;
    }

    private static ArmComparison Errors(ArmMetrics stable, ArmMetrics candidate, double margin, double alpha)
    {
        // Two extra requests, one of them failed, keep the variance above zero while no error was seen (Agresti and
        // Caffo 2000).
        static double Variance(long errors, long requests) =>
            (errors + 1.0) * (requests + 1.0 - errors) / Math.Pow(requests + 2.0, 3);
        var variance = Variance(stable.Errors, stable.Requests) + Variance(candidate.Errors, candidate.Requests);
        var (stableRate, candidateRate) =
            ((double)stable.Errors / stable.Requests, (double)candidate.Errors / candidate.Requests);
        var half = MixtureSprt.HalfWidth(variance, margin * margin, alpha);
        var share = (double)candidate.Requests / (stable.Requests + candidate.Requests);
        return new ArmComparison(
            "error_rate", stable.Requests, candidate.Requests, stableRate, candidateRate,
            candidateRate - stableRate - half, candidateRate - stableRate + half,
            Math.Min(1, Math.Exp(-ErrorShareTest.LogRatio(candidate.Errors, stable.Errors, share))),
            "beta-binomial mixture on the errors' arms");
    }

    private static void AddMeans(List<ArmComparison> rows, string metric, MetricSummary stable, MetricSummary candidate,
        double margin, double alpha)
    {
        // Plugged-in variances need some observations before the normal form is honest.
        const int least = 20;
        if (stable.Count < least || candidate.Count < least)
        {
            return;
        }

        var variance = Math.Max((stable.Variance / stable.Count) + (candidate.Variance / candidate.Count), 1e-18);
        var difference = candidate.Mean - stable.Mean;
        var half = MixtureSprt.HalfWidth(variance, margin * margin, alpha);
        rows.Add(new ArmComparison(
            metric, stable.Count, candidate.Count, stable.Mean, candidate.Mean, difference - half, difference + half,
            Math.Min(1, Math.Exp(-MixtureSprt.LogRatio(difference, variance, margin * margin))),
            "mixture sequential ratio"));
    }

    private static ArmComparison WinRate(long wins, long judged, double margin, double alpha)
    {
        var rate = (double)wins / judged;
        var variance = (wins + 1.0) * (judged - wins + 1.0) / Math.Pow(judged + 2.0, 3);
        var half = MixtureSprt.HalfWidth(variance, margin * margin, alpha);
        return new ArmComparison(
            "judge_win_rate", judged, judged, 0.5, rate, rate - 0.5 - half, rate - 0.5 + half,
            Math.Min(1, Math.Exp(-ErrorShareTest.LogRatio(judged - wins, wins, 0.5))), "beta-binomial mixture on wins");
    }
}
