using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Reports.Plots;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Reports;

/// <summary>What a report of an evaluation shows; parts that are absent are left out or say "not measured".</summary>
public sealed record EvaluationReportInput
{
    /// <summary>Title of the page.</summary>
    public string Title { get; init; } = "Evaluation";

    /// <summary>Evaluation of the base model.</summary>
    public required EvaluationResults Baseline { get; init; }

    /// <summary>Evaluation of the candidate.</summary>
    public EvaluationResults? Candidate { get; init; }

    /// <summary>The gate's decision.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>Confusion matrix of the task.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>Calibration of the multiple-choice answers.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>Losses over steps.</summary>
    public IReadOnlyList<PlotLine> Losses { get; init; } = [];

    /// <summary>Recorded runs to compare.</summary>
    public IReadOnlyList<MethodRun> Methods { get; init; } = [];
}
