using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Mistral: Llama with a sliding window in every layer.</summary>
public sealed class MistralArchitecture : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "mistral";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 32000,
        HiddenSize = 4096,
        IntermediateSize = 14336,
        LayerCount = 32,
        HeadCount = 32,
        KeyValueHeadCount = 8,
        MaxPositions = 131072,
        BosTokenId = 1,
        EosTokenIds = [2],
    };

    /// <inheritdoc/>
    public override bool HasQueryKeyValueBias(ModelConfig config) => false;

    /// <inheritdoc/>
    public override bool HasOutputBias(ModelConfig config) => false;

    internal override int? Window(ConfigFields fields) =>
        fields.IsNull("sliding_window") ? null : fields.Int("sliding_window", 4096);

    internal override bool Slides(ConfigFields fields, int layer) => true;
}
