namespace Pipeline.Evaluation.Results;

/// <summary>What was evaluated, by digest.</summary>
public sealed record ModelIdentity
{
    /// <summary>SHA-256 of the base model's files.</summary>
    public required string BaseModel { get; init; }

    /// <summary>SHA-256 of the adapter's files.</summary>
    /// <value>Null: the base alone.</value>
    public string? Adapter { get; init; }

    /// <summary>Element type that was computed in, such as <c>Float32</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>Name for people.</summary>
    public string Name { get; init; } = "";
}
