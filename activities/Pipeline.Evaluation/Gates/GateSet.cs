namespace Pipeline.Evaluation.Gates;

/// <summary>The rules that a candidate must meet.</summary>
public sealed record GateSet
{
    /// <summary>Name of the set.</summary>
    public required string Name { get; init; }

    /// <summary>What the fine-tune is for, in words.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>Rank that suits the purpose; a hint for the training input.</summary>
    public int RankHint { get; init; } = 16;

    /// <summary>Whether evaluations under a question limit may decide.</summary>
    public bool AllowLimit { get; init; }

    /// <summary>Whether both evaluations must have passed the batch-size self-test.</summary>
    public bool RequireBatchInvariance { get; init; } = true;

    /// <summary>How often a recommended retrain may start without a person.</summary>
    public int MaxAutomaticRetrains { get; init; } = 2;

    /// <summary>The rules; at least one.</summary>
    public required IReadOnlyList<GateRule> Rules { get; init; }
}
