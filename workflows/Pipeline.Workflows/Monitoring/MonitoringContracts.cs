using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Workflows.Monitoring;

/// <summary>Input of a re-evaluation; a schedule starts one every so often.</summary>
public sealed record ReevaluateInput
{
    /// <summary>Name of the adapter.</summary>
    /// <value>The default is <c>debian-sections</c>.</value>
    public string Name { get; init; } = "debian-sections";

    /// <summary>Alias that serves.</summary>
    /// <value>The default is <c>champion</c>.</value>
    public string Alias { get; init; } = "champion";

    /// <summary>Drop of a benchmark or the task that counts as drift, in points.</summary>
    /// <value>The default is 1.</value>
    public double MaxDropPoints { get; init; } = 1;

    /// <summary>Run that a drift starts; null only raises the alarm.</summary>
    public FineTuneInput? Retrain { get; init; }
}

/// <summary>Result of a re-evaluation.</summary>
/// <param name="Version">Version that serves.</param>
/// <param name="Drift">Whether it drifted.</param>
/// <param name="Run">Id of the run that was started; empty for none.</param>
public sealed record ReevaluateResult(RegisteredVersion Version, DriftResult Drift, string Run = "");

/// <summary>Input of a judge sampling; a schedule starts one every so often.</summary>
public sealed record JudgeInput
{
    /// <summary>Name of the adapter and of the route.</summary>
    /// <value>The default is <c>debian-sections</c>.</value>
    public string Name { get; init; } = "debian-sections";

    /// <summary>Alias that serves.</summary>
    /// <value>The default is <c>champion</c>.</value>
    public string Alias { get; init; } = "champion";

    /// <summary>Answers to judge.</summary>
    /// <value>The default is 20.</value>
    public int Answers { get; init; } = 20;

    /// <summary>Mean mark, 1 to 10, below which the alarm is raised.</summary>
    /// <value>The default is 6.</value>
    public double MinMark { get; init; } = 6;

    /// <summary>Run that an alarm starts; null only raises the alarm.</summary>
    public FineTuneInput? Retrain { get; init; }
}

/// <summary>Result of a judge sampling.</summary>
/// <param name="Version">Version that serves.</param>
/// <param name="Marks">The marks.</param>
/// <param name="Alarm">Whether they are below the bound, or there are none.</param>
/// <param name="Run">Id of the run that was started; empty for none.</param>
public sealed record JudgeSamplingResult(RegisteredVersion Version, JudgeResult Marks, bool Alarm, string Run = "");
