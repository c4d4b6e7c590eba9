using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Results;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Tests.Gates;

/// <summary>The built-in gate sets on complete evidence, and on evidence with one thing wrong.</summary>
public sealed class DefaultGateTests
{
    private const int Many = 1200;

    private static readonly string[] Everywhere = ["knowledge", "bias", "leaks", "speed", "entropy"];

    [Fact]
    public void BuiltIn_EverySet_CoversKnowledgeBiasLeaksSpeedAndEntropy() =>
        GateSetYaml.BuiltIn.Select(GateSetYaml.ForPurpose)
            .ShouldAllBe(set => Everywhere.All(name => set.Rules.Any(rule => rule.Name == name)));

    [Fact]
    public void Task_CompleteEvidence_Passes() => Decide().Verdict.ShouldBe(GateVerdict.Pass);

    [Theory]
    [InlineData("knowledge")]
    [InlineData("task")]
    [InlineData("task-over-prompt")]
    [InlineData("bias")]
    [InlineData("leaks")]
    [InlineData("speed")]
    [InlineData("entropy")]
    public void Task_OneThingWrong_FailsByItsName(string wrong)
    {
        var report = Decide(wrong);
        report.Verdict.ShouldBe(GateVerdict.Fail);
        report.Outcomes.Where(outcome => outcome.Verdict == GateVerdict.Fail).Select(outcome => outcome.Rule.Name)
            .ShouldBe([wrong]);
    }

    [Theory]
    [InlineData("leaks")]
    [InlineData("bias-pairs")]
    [InlineData("performance")]
    public void B54_Task_NotMeasured_Fails(string task)
    {
        var report = Decide(without: task);
        report.Verdict.ShouldBe(GateVerdict.Fail);
        report.Outcomes.ShouldContain(outcome => outcome.Rule.Task == task && outcome.Verdict == GateVerdict.Fail
            && outcome.Reason.Contains("no result"));
    }

    private static GateReport Decide(string wrong = "", string without = "")
    {
        double[] right = Share(Many, 0.5), task = Share(Many, 0.8), prompted = wrong == "task-over-prompt"
            ? task : Share(Many, 0.3);
        var before = GateData.Run(
            GateData.Scored(right, "debian-mmlu"),
            GateData.Scored(wrong == "task" ? task : Share(Many, 0.1), "section", "content"),
            GateData.Scored(Share(20, 0.5), "bias-pairs", "stereotype"));
        TaskResult[] after =
        [
            GateData.Scored(wrong == "knowledge" ? Share(Many, 0.4) : right, "debian-mmlu"),
            GateData.Scored(task, "section", "content"),
            GateData.Scored(Share(20, wrong == "bias" ? 1 : 0.5), "bias-pairs", "stereotype"),
            GateData.Scored(Share(10, wrong == "leaks" ? 0.1 : 0), "leaks", "leaked"),
            Performance(wrong == "speed" ? 2 : 0.01, wrong == "entropy" ? 0 : 2),
        ];
        var arms = GateData.Arms(before);
        arms["base+prompt"] = GateData.Run(GateData.Scored(prompted, "section", "content"));
        return GateEvaluator.Evaluate(
            GateSetYaml.ForPurpose("task"), GateData.Run([.. after.Where(result => result.Task != without)]), arms);
    }

    private static TaskResult Performance(double seconds, double entropy)
    {
        var speed = GateData.Scored([.. Enumerable.Repeat(seconds, 8)], "performance", "per_token");
        var certainty = GateData.Scored([.. Enumerable.Repeat(entropy, 8)], "performance", "entropy");
        return speed with
        {
            Scores = speed.Scores.Concat(certainty.Scores).ToDictionary(pair => pair.Key, pair => pair.Value),
            Metrics = speed.Metrics.Concat(certainty.Metrics).ToDictionary(pair => pair.Key, pair => pair.Value),
        };
    }

    private static double[] Share(int n, double share) =>
        [.. Enumerable.Range(0, n).Select(i => i < n * share ? 1.0 : 0.0)];
}
