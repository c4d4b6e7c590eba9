namespace Pipeline.Llm.Models;

/// <summary>Values a family takes where its configuration is silent; zero means "derived".</summary>
/// <remarks>Source: the configuration classes of transformers 5.23.</remarks>
public sealed record ArchitectureDefaults
{
    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads; zero for as many as query heads.</summary>
    public int KeyValueHeadCount { get; init; }

    /// <summary>Width of one head; zero for hidden size over heads.</summary>
    public int HeadDimension { get; init; }

    /// <summary>Activation of the feed-forward layer.</summary>
    public string Activation { get; init; } = "silu";

    /// <summary>Longest context.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Epsilon of RMSNorm.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether head and embedding are one tensor.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>First token of a text.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding token.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Soft cap of attention scores.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>Soft cap of logits.</summary>
    public double? FinalSoftCap { get; init; }
}
