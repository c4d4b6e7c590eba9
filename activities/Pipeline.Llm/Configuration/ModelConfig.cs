namespace Pipeline.Llm.Configuration;

/// <summary>What <c>config.json</c> says about a decoder model, defaults filled in.</summary>
public sealed record ModelConfig
{
    /// <summary>Family, such as <c>llama</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Class names as written by the library that saved the model; informative only.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

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

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Activation: <c>silu</c>, <c>gelu</c> or <c>gelu_pytorch_tanh</c>.</summary>
    public required string Activation { get; init; }

    /// <summary>Longest context the model was made for, in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Whether the output head is the input embedding.</summary>
    public required bool TieEmbeddings { get; init; }

    /// <summary>First token of a text, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a text; may be several.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding token, or null.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Element type named by the file (<c>float32</c>, <c>bfloat16</c>, <c>float16</c>), or null.</summary>
    public string? DType { get; init; }

    /// <summary>Bias on the attention projections, where the family makes it optional.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Bias on the feed-forward projections, where the family makes it optional.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Standard deviation of freshly made weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>
    /// A query sees this many keys, itself included, in sliding layers; null when there is no window.
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>For each layer, whether its attention slides.</summary>
    public required IReadOnlyList<bool> SlidingLayers { get; init; }

    /// <summary>Rotary settings of full-attention layers.</summary>
    public required RopeSettings Rope { get; init; }

    /// <summary>Rotary settings of sliding layers; the same as <see cref="Rope"/> except for Gemma 3.</summary>
    public required RopeSettings SlidingRope { get; init; }

    /// <summary>Attention scale is the inverse root of this; null for the head dimension.</summary>
    public double? QueryPreAttentionScalar { get; init; }

    /// <summary>Attention scores are squashed to ± this; null for none.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>Logits are squashed to ± this; null for none.</summary>
    public double? FinalSoftCap { get; init; }

    /// <summary>4-bit or 8-bit storage announced by <c>quantization_config</c>, or null.</summary>
    public string? QuantizationMethod { get; init; }

    /// <summary>Remarks worth telling a user, such as ignored keys.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Scale of attention scores.</summary>
    public double AttentionScale => 1 / Math.Sqrt(QueryPreAttentionScalar ?? HeadDimension);
}
