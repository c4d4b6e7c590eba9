namespace Pipeline.Llm.Training;

/// <summary>What a run produced.</summary>
public sealed record TrainingResult
{
    /// <summary>Finished steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Why the run ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Step whose weights were exported.</summary>
    public required int ExportedStep { get; init; }

    /// <summary>Folder of the exported adapter or model.</summary>
    public required string Output { get; init; }

    /// <summary>Log lines of this attempt.</summary>
    public required IReadOnlyList<TrainingLog> Logs { get; init; }

    /// <summary>Loss of each step of this attempt.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>Evaluations of this attempt.</summary>
    public required IReadOnlyList<EvaluationPoint> Evaluations { get; init; }

    /// <summary>Alerts of this attempt.</summary>
    public required IReadOnlyList<string> Alerts { get; init; }

    /// <summary>Tokens of all attempts, without padding.</summary>
    public required long Tokens { get; init; }

    /// <summary>Supervised tokens of all attempts.</summary>
    public required long SupervisedTokens { get; init; }

    /// <summary>Steps left out because a gradient was not finite.</summary>
    public required int SkippedSteps { get; init; }

    /// <summary>Largest memory of the process, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Time of this attempt for which training stood still to write checkpoints.</summary>
    public TimeSpan CheckpointTime { get; init; }
}
