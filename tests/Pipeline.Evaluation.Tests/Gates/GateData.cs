using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Tests.Gates;

/// <summary>Evaluations with known outcomes.</summary>
internal static class GateData
{
    public static GateRule Rule(GateKind kind = GateKind.Drop, double warn = 2, double fail = 3) =>
        new() { Name = "knowledge", Kind = kind, Task = "mmlu", Warn = warn, Fail = fail };

    public static GateSet Set(params GateRule[] rules) => new() { Name = "test", Rules = rules };

    public static TaskResult Scored(IReadOnlyList<double> scores, string task = "mmlu", string metric = "acc") => new()
    {
        Task = task,
        TaskDigest = "task-digest",
        PromptDigest = "prompt-digest",
        Original = scores.Count,
        Effective = scores.Count,
        Ids = [.. Enumerable.Range(0, scores.Count).Select(i => $"{task}:{i}")],
        Scores = new Dictionary<string, IReadOnlyList<double>> { [metric] = scores },
        Metrics = new Dictionary<string, MetricValue> { [$"{metric},none"] = Aggregation.Mean(scores) },
    };

    public static EvaluationResults Run(params TaskResult[] tasks) => new()
    {
        Model = new ModelIdentity { BaseModel = "base-digest", Precision = "Float32" },
        Harness = "1",
        Tasks = tasks,
        BatchInvariant = true,
    };

    public static Dictionary<string, EvaluationResults> Arms(EvaluationResults results) => new() { ["base"] = results };

    public static GateReport Decide(GateSet set, double[] before, double[] after) =>
        GateEvaluator.Evaluate(set, Run(Scored(after)), Arms(Run(Scored(before))));

    /// <summary>
    /// Scores of n questions whose shares of lost and gained ones give a drop in points with little noise.
    /// </summary>
    public static (double[] Before, double[] After) Drop(int n, double points)
    {
        var lost = (int)Math.Round(n * points / 100);
        double[] before = [.. Enumerable.Range(0, n).Select(i => i < n / 2 ? 1.0 : 0.0)];
        double[] after = [.. before.Select((score, i) => i < lost ? 0.0 : score)];
        return (before, after);
    }
}
