using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Results;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Verdicts = Pipeline.Workflows.Contracts.GateVerdict;

namespace Pipeline.Activities.Evaluation;

/// <summary>The thresholds of an input as rules of the gate library, and its report as a decision of the run.</summary>
internal static class GateRules
{
    // Between passing and failing there is room in which people decide.
    private const double Margin = 0.05;

    public static GateSet Of(GateOptions options, EvaluationResults candidate)
    {
        var rules = candidate.Groups.Keys.Where(name => name != EvaluationTasks.Own && candidate.Find(name).All(task => task.Groups.Count == 0 || task.Groups[^1] == name))
            .Select(name => new GateRule { Name = name, Kind = GateKind.Drop, Task = name, Metric = "acc", Warn = options.MaxDropPoints, Fail = options.FailDropPoints, Advice = "lower the learning rate or add rehearsal rows" })
            .ToList();
        rules.Add(new GateRule
        {
            Name = EvaluationTasks.Own,
            Kind = GateKind.Minimum,
            Task = EvaluationTasks.Own,
            Metric = EvaluationTasks.OwnMetric,
            Scale = 1,
            Warn = options.MinTaskAccuracy,
            Fail = Math.Max(0, options.MinTaskAccuracy - Margin),
            Confidence = 0.5,
            Advice = "more rank, more rows or more epochs",
        });
        return new GateSet { Name = "run", Purpose = "keeps what the base knows and learns the task", AllowLimit = options.AllowLimit, Rules = rules };
    }

    public static GateDecision Decision(GateReport report, ArtifactRef evidence) => new()
    {
        Verdict = Of(report.Verdict),
        Evidence = evidence,
        Checks =
        [
            .. report.Problems.Select(problem => new GateCheck("evidence", Verdicts.Fail, double.NaN, double.NaN, "sound evidence", problem)),
            .. report.Outcomes.Select(outcome => new GateCheck(
                outcome.Rule.Name, Of(outcome.Verdict), outcome.Baseline ?? double.NaN, outcome.Candidate ?? double.NaN, Threshold(outcome.Rule), Detail(outcome))),
        ],
    };

    private static Verdicts Of(Pipeline.Evaluation.Gates.GateVerdict verdict) => verdict switch
    {
        Pipeline.Evaluation.Gates.GateVerdict.Pass => Verdicts.Pass,
        Pipeline.Evaluation.Gates.GateVerdict.Inconclusive => Verdicts.Inconclusive,
        _ => Verdicts.Fail,
    };

    private static string Threshold(GateRule rule) => rule.Kind == GateKind.Drop ? $"drop at most {rule.Warn:0.##} points, never above {rule.Fail:0.##}" : $"at least {rule.Warn:0.##}";

    private static string Detail(GateOutcome outcome) =>
        outcome.Lost + outcome.Gained > 0 ? $"{outcome.Reason}; lost {outcome.Lost}, gained {outcome.Gained}, p {outcome.P:0.###}" : outcome.Reason;
}
