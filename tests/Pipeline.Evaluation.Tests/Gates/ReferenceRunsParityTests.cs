using System.Text.Json;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Results;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Tests.Gates;

/// <summary>The default gate on recorded fine-tunes: good ones pass, those that forgot are blocked.</summary>
public sealed class ReferenceRunsParityTests
{
    [Fact]
    public void KnowledgeRule_RecordedRuns_PassesGoodAndBlocksHarmfulAndCollapsed()
    {
        var root = FixtureJson.Load("reference-finetune/results.json");
        var baseline = Run(root.GetProperty("base"));
        var gates = GateSetYaml.ForPurpose("task");
        gates = gates with { Rules = [.. gates.Rules.Where(rule => rule.Name == "knowledge")] };
        var compared = 0;
        foreach (var run in root.EnumerateObject().Where(run => run.Name != "base"))
        {
            var report = GateEvaluator.Evaluate(gates, Run(run.Value), GateData.Arms(baseline));
            var outcome = report.Outcomes[0];
            report.Verdict.ShouldBe(run.Value.GetProperty("gate_passes").GetBoolean()
                ? GateVerdict.Pass : GateVerdict.Fail, $"{run.Name}: {outcome.Reason}");
            Math.Round(outcome.Harm!.Value, 2).ShouldBe(run.Value.Number("mmlu_drop_points"), 0.011, run.Name);
            var interval = run.Value.Numbers("mmlu_drop_ci95_points");
            (-outcome.Difference!.Value.Upper).ShouldBe(interval[0], 0.02, run.Name);
            (-outcome.Difference!.Value.Lower).ShouldBe(interval[1], 0.02, run.Name);
            var counts = run.Value.GetProperty("mcnemar");
            (outcome.Lost, outcome.Gained).ShouldBe((Count(counts, "lost"), Count(counts, "gained")), run.Name);
            compared++;
        }

        Fixtures.Compared("reference-finetune (gate verdicts)", compared);
    }

    [Fact]
    public void LossP_RecordedRuns_EqualTheRecordedTest()
    {
        var root = FixtureJson.Load("reference-finetune/results.json");
        var compared = 0;
        foreach (var run in root.EnumerateObject().Where(run => run.Name != "base"))
        {
            var counts = run.Value.GetProperty("mcnemar");
            var p = counts.EnumerateObject().First(item => item.Name.StartsWith('p')).Value.Number();
            McNemar.LossP(Count(counts, "lost"), Count(counts, "gained")).ShouldMatch(p, run.Name, 0.02);
            compared++;
        }

        Fixtures.Compared("reference-finetune (one-sided p)", compared);
    }

    private static int Count(JsonElement counts, string word) =>
        counts.EnumerateObject().First(item => item.Name.Contains(word, StringComparison.Ordinal)).Value.GetInt32();

    private static EvaluationResults Run(JsonElement run) => GateData.Run(
        GateData.Scored([.. run.Text("mmlu_correct").Select(c => c == '1' ? 1.0 : 0.0)], "debian-mmlu"));
}
