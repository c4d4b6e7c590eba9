using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Phi-3: Llama with fused q-k-v and gate-up projections.</summary>
public sealed class Phi3Architecture : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "phi3";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 32064, HiddenSize = 3072, IntermediateSize = 8192, LayerCount = 32, HeadCount = 32,
        MaxPositions = 4096, NormEpsilon = 1e-5, BosTokenId = 1, EosTokenIds = [32000], PadTokenId = 32000,
    };

    /// <inheritdoc/>
    public override bool FusesProjections => true;

    /// <inheritdoc/>
    public override bool HasQueryKeyValueBias(ModelConfig config) => false;

    /// <inheritdoc/>
    public override bool HasOutputBias(ModelConfig config) => false;

    internal override int? Window(ConfigFields fields) => fields.IntOrNull("sliding_window");

    internal override bool Slides(ConfigFields fields, int layer) => true;
}
