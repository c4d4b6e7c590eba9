namespace Pipeline.Llm.Models;

/// <summary>Gemma 1: GELU, scaled embeddings, RMSNorm with 1 + weight, tied head.</summary>
public class GemmaArchitecture : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "gemma";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 256000, HiddenSize = 3072, IntermediateSize = 24576, LayerCount = 28, HeadCount = 16,
        KeyValueHeadCount = 16, HeadDimension = 256, MaxPositions = 8192, Activation = "gelu_pytorch_tanh",
        TieEmbeddings = true, BosTokenId = 2, EosTokenIds = [1], PadTokenId = 0,
    };

    /// <inheritdoc/>
    public override bool NormAddsOne => true;

    /// <inheritdoc/>
    public override bool ScalesEmbeddings => true;
}
