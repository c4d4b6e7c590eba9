using Pipeline.Registry.Monitoring;

namespace Pipeline.Registry.Tests.Monitoring;

public sealed class CanaryAnalysisTests
{
    [Fact]
    public void S2_28_Decide_ThousandSimulationsOfEqualArms_RollsBackAtMostFivePercent()
    {
        var rollbacks = Enumerable.Range(0, 1_000)
            .Count(seed => RunUntilVerdict(seed, 0.02, 0.02, 0, 0) == CanaryVerdict.Rollback);
        TestContext.Current.TestOutputHelper?.WriteLine($"rollbacks without a cause: {rollbacks} of 1,000");
        rollbacks.ShouldBeLessThanOrEqualTo(50);
    }

    [Theory]
    [InlineData(0.25, 0.0, 0.0)]
    [InlineData(0.02, 0.6, 0.0)]
    [InlineData(0.02, 0.0, 1.0)]
    public void Decide_WorseCandidate_IsNearlyAlwaysRolledBack(double errorRate, double logLatency, double entropy)
    {
        var rollbacks = Enumerable.Range(0, 100)
            .Count(seed => RunUntilVerdict(seed, 0.02, errorRate, logLatency, entropy) == CanaryVerdict.Rollback);
        rollbacks.ShouldBeGreaterThanOrEqualTo(95);
    }

    [Fact]
    public void S0_16_Decide_FailingCandidateAtFivePercent_IsRolledBackAfterFewRequests()
    {
        var stable = new ArmMetrics { Requests = 190, Errors = 0 };
        var decision = CanaryAnalysis.Decide(stable, new ArmMetrics { Requests = 10, Errors = 10 });
        decision.Verdict.ShouldBe(CanaryVerdict.Rollback);
        decision.Reasons.Single().ShouldStartWith("error_rate is worse");
        decision.Comparisons.Single().Test.ShouldNotBeEmpty();
    }

    [Fact]
    public void Decide_FewRequests_Continues()
    {
        var decision = CanaryAnalysis.Decide(new ArmMetrics { Requests = 400 }, new ArmMetrics { Requests = 20 });
        decision.Verdict.ShouldBe(CanaryVerdict.Continue);
        decision.Reasons.Single().ShouldContain("each arm needs 50");
    }

    [Fact]
    public void Decide_EqualArmsWithManyRequests_Promotes()
    {
        var arm = Simulate(new Random(3), 2_000, 0.01, 0, 0);
        var other = Simulate(new Random(4), 2_000, 0.01, 0, 0);
        var decision = CanaryAnalysis.Decide(arm, other);
        decision.Verdict.ShouldBe(CanaryVerdict.Promote, string.Join("; ", decision.Reasons));
        decision.Comparisons.Select(row => row.Metric).ShouldBe(["error_rate", "log_latency", "entropy"]);
    }

    [Fact]
    public void Decide_BudgetUsedUp_IsGivenToAPerson()
    {
        var options = new CanaryOptions { MaxRequests = 60 };
        var decision = CanaryAnalysis.Decide(
            Simulate(new Random(1), 60, 0.1, 0, 0), Simulate(new Random(2), 60, 0.1, 0, 0), options);
        decision.Verdict.ShouldBe(CanaryVerdict.Inconclusive);
    }

    [Fact]
    public void Decide_LosingJudgements_RollsBack()
    {
        var stable = Simulate(new Random(1), 300, 0.01, 0, 0);
        var candidate = Simulate(new Random(2), 300, 0.01, 0, 0) with { JudgeWins = 20, JudgeLosses = 80 };
        CanaryAnalysis.Decide(stable, candidate).Reasons.ShouldContain(
            reason => reason.StartsWith("judge_win_rate is worse", StringComparison.Ordinal));
    }

    [Fact]
    public void Merge_PartsOfASample_IsTheSummaryOfTheWhole()
    {
        var values = Enumerable.Range(0, 1_000).Select(i => Math.Sin(i) * 1e3).ToArray();
        var whole = MetricSummary.Of(values);
        var parts = MetricSummary.Of(values.Take(137)).Merge(MetricSummary.Of(values.Skip(137)));
        parts.Mean.ShouldBe(whole.Mean, 1e-9);
        parts.Variance.ShouldBe(whole.Variance, 1e-6);
        default(MetricSummary).Merge(whole).ShouldBe(whole);
    }

    // Looks after every 50 requests of the candidate, which has a third of the traffic.
    private static CanaryVerdict RunUntilVerdict(
        int seed, double stableErrors, double candidateErrors, double logLatency, double entropy)
    {
        var random = new Random(seed);
        var (stable, candidate) = (new ArmMetrics(), new ArmMetrics());
        var options = new CanaryOptions { MaxRequests = 2_000 };
        while (true)
        {
            stable = stable.Merge(Simulate(random, 100, stableErrors, 0, 0));
            candidate = candidate.Merge(Simulate(random, 50, candidateErrors, logLatency, entropy));
            // Promotion would end the step early and hide later mistakes, so only a rollback or the end of the budget
            // stops.
            var verdict = CanaryAnalysis.Decide(stable, candidate, options).Verdict;
            if (verdict == CanaryVerdict.Rollback || candidate.Requests >= options.MaxRequests)
            {
                return verdict;
            }
        }
    }

    private static ArmMetrics Simulate(Random random, int requests, double errorRate, double logLatency, double entropy)
    {
        var (latencies, entropies) = (default(MetricSummary), default(MetricSummary));
        var errors = 0;
        for (var i = 0; i < requests; i++)
        {
            errors += random.NextDouble() < errorRate ? 1 : 0;
            latencies = latencies.Add(logLatency + (0.5 * Normal(random)));
            entropies = entropies.Add(1.2 + entropy + (0.6 * Normal(random)));
        }

        return new ArmMetrics { Requests = requests, Errors = errors, LogLatency = latencies, Entropy = entropies };
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
