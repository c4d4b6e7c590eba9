namespace Pipeline.Llm.Training;

/// <summary>How a run is watched and stopped.</summary>
public sealed record RunControl
{
    /// <summary>Told after every optimizer step, on the training thread.</summary>
    public IProgress<TrainingStep>? Progress { get; init; }

    /// <summary>Stops at the next micro-batch, after a full checkpoint.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether to continue from the newest intact checkpoint, when there is one.</summary>
    public bool Resume { get; init; }

    /// <summary>Attempt number of an orchestrator; null for one more than the last.</summary>
    public long? Attempt { get; init; }

    /// <summary>Receives a line for each decision, such as a damaged checkpoint that was passed over.</summary>
    public Action<string>? Log { get; init; }
}
