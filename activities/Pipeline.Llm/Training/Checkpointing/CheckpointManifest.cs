namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>What makes a checkpoint: it is written last, and a checkpoint without it does not exist.</summary>
public sealed record CheckpointManifest
{
    /// <summary>Version of this layout.</summary>
    /// <value>1.</value>
    public int Format { get; init; } = 1;

    /// <summary>Attempt that wrote it; a later attempt wins over a larger step of an earlier one.</summary>
    public required long Attempt { get; init; }

    /// <summary>Everything that is not a tensor.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Value of the run's metric at this step, when it was measured.</summary>
    public double? Metric { get; init; }

    /// <summary>Files by name: <c>parameters</c>, <c>optimizer</c>, <c>average</c>.</summary>
    public required IReadOnlyDictionary<string, CheckpointFile> Files { get; init; }
}
