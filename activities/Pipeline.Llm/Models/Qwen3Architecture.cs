using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Qwen 3: no bias, RMSNorm on queries and keys per head, a head width of its own.</summary>
public sealed class Qwen3Architecture : Qwen2Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "qwen3";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 151936, HiddenSize = 4096, IntermediateSize = 22016, LayerCount = 32, HeadCount = 32,
        KeyValueHeadCount = 32, HeadDimension = 128, MaxPositions = 32768,
    };

    /// <inheritdoc/>
    public override bool NormalizesQueriesAndKeys => true;

    /// <inheritdoc/>
    public override bool HasQueryKeyValueBias(ModelConfig config) => config.AttentionBias;

    /// <inheritdoc/>
    public override bool HasOutputBias(ModelConfig config) => config.AttentionBias;
}
