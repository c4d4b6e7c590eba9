namespace Pipeline.Data.Tokenizers.Models;

/// <summary>The flags of a BPE model in a tokenizer file.</summary>
internal sealed record BpeOptions
{
    internal string? UnknownToken { get; init; }

    internal string ContinuingSubwordPrefix { get; init; } = "";

    internal string EndOfWordSuffix { get; init; } = "";

    internal bool FuseUnknown { get; init; }

    internal bool ByteFallback { get; init; }

    internal bool IgnoreMerges { get; init; }
}
