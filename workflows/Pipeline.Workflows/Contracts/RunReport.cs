namespace Pipeline.Workflows.Contracts;

/// <summary>What a run knows about itself; queries and the report read it.</summary>
public sealed record RunReport
{
    /// <summary>Id of the run's workflow.</summary>
    public string WorkflowId { get; init; } = "";

    /// <summary>Name of the recipe.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>Who started the run.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Name of the base model.</summary>
    public string BaseModel { get; init; } = "";

    /// <summary>How the run ended, or null while it goes on.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Why it ended so.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The stages in order.</summary>
    public IReadOnlyList<StageStatus> Stages { get; init; } = [];

    /// <summary>Accuracy of prompts alone, 0 to 1; null before the diagnostic.</summary>
    public double? PromptAccuracy { get; init; }

    /// <summary>Loss curve.</summary>
    public IReadOnlyList<LossPoint> Curve { get; init; } = [];

    /// <summary>Attempts of the training with what was changed and why.</summary>
    public IReadOnlyList<TrainingAttempt> TrainingAttempts { get; init; } = [];

    /// <summary>Accuracy of arms that need no language model, 0 to 1.</summary>
    public IReadOnlyList<Metric> Baselines { get; init; } = [];

    /// <summary>Evaluation of the base with its best prompt; null when the diagnostic was left out.</summary>
    public EvaluationResult? Prompted { get; init; }

    /// <summary>Evaluation of the base.</summary>
    public EvaluationResult? Before { get; init; }

    /// <summary>Evaluation of the candidate.</summary>
    public EvaluationResult? After { get; init; }

    /// <summary>Decision of the gate.</summary>
    public GateDecision? Gate { get; init; }

    /// <summary>Decisions of people.</summary>
    public IReadOnlyList<Decision> Decisions { get; init; } = [];

    /// <summary>Steps of the canary.</summary>
    public IReadOnlyList<CanaryStep> Canary { get; init; } = [];

    /// <summary>Registered version.</summary>
    public RegisteredVersion? Version { get; init; }

    /// <summary>Where everything comes from.</summary>
    public IReadOnlyList<LineageEdge> Lineage { get; init; } = [];

    /// <summary>What to know about the deployment.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Events of the run's history so far.</summary>
    public int HistoryEvents { get; init; }

    /// <summary>Size of the run's history so far, bytes.</summary>
    public long HistoryBytes { get; init; }
}

/// <summary>How a run ended.</summary>
public enum Verdict
{
    /// <summary>The candidate serves all traffic.</summary>
    Promoted,

    /// <summary>Registered, but not deployed because the input asks so.</summary>
    Registered,

    /// <summary>A gate or people said no.</summary>
    Rejected,

    /// <summary>The canary went back to the stable version.</summary>
    RolledBack,

    /// <summary>An operator stopped the run.</summary>
    Aborted,
}

/// <summary>State of a stage.</summary>
public enum StageState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Waits for people.</summary>
    Waiting,

    /// <summary>Failed for good; waits for an operator.</summary>
    Parked,

    /// <summary>Finished.</summary>
    Done,

    /// <summary>Left out.</summary>
    Skipped,
}

/// <summary>Status of a stage.</summary>
public sealed record StageStatus
{
    /// <summary>Name of the stage.</summary>
    public required string Name { get; init; }

    /// <summary>Its state.</summary>
    public StageState State { get; init; }

    /// <summary>When it began.</summary>
    public DateTime? Began { get; init; }

    /// <summary>When it ended.</summary>
    public DateTime? Ended { get; init; }

    /// <summary>Times that the stage ran.</summary>
    public int Runs { get; init; }

    /// <summary>What it did.</summary>
    public StageSummary? Summary { get; init; }

    /// <summary>Why it is parked.</summary>
    public StageFailure? Failure { get; init; }
}

/// <summary>Why a stage is parked.</summary>
/// <param name="ErrorType">One of <see cref="ErrorTypes"/>, or the name of an exception.</param>
/// <param name="Message">What happened and what to do.</param>
public sealed record StageFailure(string ErrorType, string Message);

/// <summary>One attempt of a training.</summary>
/// <param name="Round">Number of the attempt, from 1.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="MicroBatchSize">Its rows of one forward pass.</param>
/// <param name="Outcome">What became of it.</param>
public sealed record TrainingAttempt(int Round, double LearningRate, int Rank, int MicroBatchSize, string Outcome);

/// <summary>A decision of a person or of a timer.</summary>
public sealed record Decision
{
    /// <summary>What was decided on: review, approval or waiver.</summary>
    public required string Gate { get; init; }

    /// <summary>Digest of what was decided on.</summary>
    public required string Digest { get; init; }

    /// <summary>approved, rejected, waived or expired.</summary>
    public required string Verdict { get; init; }

    /// <summary>Who decided.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When.</summary>
    public DateTime At { get; init; }
}

/// <summary>One step of a canary.</summary>
/// <param name="Percent">Share of the candidate.</param>
/// <param name="Outcome">continue, rollback or inconclusive, with the reason.</param>
/// <param name="Measurement">What was seen; null when nothing was.</param>
/// <param name="At">When the step ended.</param>
public sealed record CanaryStep(int Percent, string Outcome, CanaryMeasurement? Measurement, DateTime At);
