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

    /// <summary>Arm of the base model.</summary>
    public const string Base = "base";

    /// <summary>Arm of the base model with its best prompt.</summary>
    public const string Prompted = "base+prompt";

    public static GateSet Of(GateOptions options, EvaluationResults candidate, bool prompted)
    {
        var rules = candidate.Groups.Keys.Where(name => EvaluationTasks.MetricOf(name) == "acc"
            && candidate.Find(name).All(task => task.Groups.Count == 0 || task.Groups[^1] == name))
            .Select(name =>
                new GateRule
                {
                    Name = name,
                    Kind = GateKind.Drop,
                    Task = name,
                    Metric = "acc",
                    Warn = options.MaxDropPoints,
                    Fail = options.FailDropPoints,
                    Advice = "lower the learning rate or add rehearsal rows",
                })
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
        if (options.MustBeatBase)
        {
            rules.Add(
                Gain("task-over-base", Base,
                    "the task is not learned better than the base knows it; look at the training rows"));
        }

        if (options.MustBeatBase && prompted)
        {
            rules.Add(Gain("task-over-prompt", Prompted, "the best prompt does as well; prefer it to a fine-tune"));
        }

        return new GateSet
        {
            Name = "run",
            Purpose = "keeps what the base knows and learns the task",
            AllowLimit = options.AllowLimit,
            Rules = rules,
        };
    }

    public static GateDecision Decision(GateReport report, ArtifactRef evidence) => new()
    {
        Verdict = Of(report.Verdict),
        Evidence = evidence,
        Checks =
        [
            .. report.Problems.Select(
                problem => new GateCheck("evidence", Verdicts.Fail, double.NaN, double.NaN, "sound evidence", problem)),
            .. report.Outcomes.Select(outcome => new GateCheck(
                outcome.Rule.Name, Of(outcome.Verdict), outcome.Baseline ?? double.NaN, outcome.Candidate ?? double.NaN,
                Threshold(outcome.Rule), Detail(outcome))),
        ],
    };

    private static Verdicts Of(Pipeline.Evaluation.Gates.GateVerdict verdict) => verdict switch
    {
        Pipeline.Evaluation.Gates.GateVerdict.Pass => Verdicts.Pass,
        Pipeline.Evaluation.Gates.GateVerdict.Inconclusive => Verdicts.Inconclusive,
        _ => Verdicts.Fail,
    };

    private static GateRule Gain(string name, string arm, string advice) => new()
    {
        Name = name,
        Kind = GateKind.Gain,
        Task = EvaluationTasks.Own,
        Metric = EvaluationTasks.OwnMetric,
        Against = arm,
        Scale = 1,
        Advice = advice,
    };

    private static string Threshold(GateRule rule) => rule.Kind switch
    {
        GateKind.Drop => $"drop at most {rule.Warn:0.##} points, never above {rule.Fail:0.##}",
        GateKind.Gain => $"better than {rule.Against}",
        _ => $"at least {rule.Warn:0.##}",
    };

    private static string Detail(GateOutcome outcome) =>
        outcome.Lost + outcome.Gained > 0
            ? $"{outcome.Reason}; lost {outcome.Lost}, gained {outcome.Gained}, p {outcome.P:0.###}" : outcome.Reason;
}
