namespace Pipeline.Llm.Generation;

/// <summary>A sequence to continue.</summary>
public sealed record GenerationRequest
{
    /// <summary>Token ids of the prompt, at least one.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>How to choose tokens and when to stop.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Name of a loaded adapter; null runs the base model.</summary>
    public string? Adapter { get; init; }

    /// <summary>
    /// Whose prompts may share cached keys and values; two scopes never share any. Empty shares nothing.
    /// </summary>
    public string CacheScope { get; init; } = "";
}
