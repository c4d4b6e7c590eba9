using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Llama 2, 3 and 3.x: RMSNorm, rotary attention with grouped keys, SwiGLU.</summary>
public sealed class LlamaArchitecture : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 32000, HiddenSize = 4096, IntermediateSize = 11008, LayerCount = 32, HeadCount = 32,
        MaxPositions = 2048, BosTokenId = 1, EosTokenIds = [2],
    };

    /// <inheritdoc/>
    public override bool HasMlpBias(ModelConfig config) => config.MlpBias;
}
