namespace Pipeline.Evaluation.Scoring;

/// <summary>How a language model is asked.</summary>
public sealed record ScoringOptions
{
    /// <summary>Most tokens before the scored ones.</summary>
    /// <value>Null: the model's positions.</value>
    public int? MaxLength { get; init; }

    /// <summary>Tokens of a batch beyond its common prefix.</summary>
    public int BatchTokens { get; init; } = 1024;

    /// <summary>Rows of a batch when prompts are continued.</summary>
    public int GenerateRows { get; init; } = 64;

    /// <summary>Name of the adapter to use; other loaded adapters stay out.</summary>
    /// <value>Null: whatever is enabled.</value>
    public string? Adapter { get; init; }
}
