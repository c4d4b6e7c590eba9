namespace Pipeline.Llm.Training.Data;

/// <summary>How rows become optimizer steps.</summary>
public sealed record BatchSettings
{
    /// <summary>Rows (or packs) of a micro-batch.</summary>
    /// <value>Default 4.</value>
    public int MicroBatch { get; init; } = 4;

    /// <summary>Micro-batches of an optimizer step.</summary>
    /// <value>Default 1.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>Fill packs of at most this many tokens and count packs instead of rows; null to count rows.</summary>
    public int? PackTokens { get; init; }

    /// <summary>Layout in memory.</summary>
    /// <value>Default without padding.</value>
    public BatchLayoutKind Layout { get; init; }

    /// <summary>Whether rows of similar length share a batch, which saves padding.</summary>
    public bool GroupByLength { get; init; }

    /// <summary>Whether each epoch has its own random order.</summary>
    /// <value>Default true.</value>
    public bool Shuffle { get; init; } = true;

    /// <summary>Passes over the data; a fraction ends early.</summary>
    /// <value>Default 1.</value>
    public double Epochs { get; init; } = 1;

    /// <summary>Optimizer steps; overrides the epochs and repeats the data as needed.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Rows or packs of an optimizer step.</summary>
    public int EffectiveBatch => MicroBatch * Accumulation;
}
