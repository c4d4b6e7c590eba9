namespace Pipeline.Registry.Monitoring;

/// <summary>What to do with a canary step.</summary>
public enum CanaryVerdict
{
    /// <summary>Not enough evidence yet: stay at this step and look again.</summary>
    Continue,

    /// <summary>
    /// The candidate is not worse by more than the margins: go to the next step, or promote after the last.
    /// </summary>
    Promote,

    /// <summary>The candidate is worse: all traffic back to the stable arm.</summary>
    Rollback,

    /// <summary>The budget of requests is used up without an answer: a person decides.</summary>
    Inconclusive,
}

/// <summary>One metric of the two arms side by side.</summary>
/// <param name="Metric">Name: <c>error_rate</c>, <c>log_latency</c>, <c>entropy</c> or <c>judge_win_rate</c>.</param>
/// <param name="StableCount">Observations of the stable arm.</param>
/// <param name="CandidateCount">Observations of the candidate.</param>
/// <param name="StableMean">Mean of the stable arm.</param>
/// <param name="CandidateMean">Mean of the candidate.</param>
/// <param name="Low">Lower end of the always-valid interval of candidate − stable.</param>
/// <param name="High">Upper end of it.</param>
/// <param name="PValue">Always-valid p value of "no difference" at this look, two-sided.</param>
/// <param name="Test">Name of the test.</param>
public sealed record ArmComparison(
    string Metric, long StableCount, long CandidateCount, double StableMean, double CandidateMean, double Low,
    double High, double PValue, string Test)
{
    /// <summary>Candidate − stable.</summary>
    public double Difference => CandidateMean - StableMean;
}

/// <summary>The verdict on a step, with what led to it.</summary>
/// <param name="Verdict">What to do.</param>
/// <param name="Reasons">One sentence for each metric that mattered; never empty.</param>
/// <param name="Comparisons">All metrics side by side.</param>
public sealed record CanaryDecision(
    CanaryVerdict Verdict, IReadOnlyList<string> Reasons, IReadOnlyList<ArmComparison> Comparisons);
