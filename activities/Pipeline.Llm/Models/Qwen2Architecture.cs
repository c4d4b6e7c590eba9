using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Qwen 2 and 2.5: Llama with bias on q, k and v; a window in upper layers when it is switched on.</summary>
public class Qwen2Architecture : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "qwen2";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 151936,
        HiddenSize = 4096,
        IntermediateSize = 22016,
        LayerCount = 32,
        HeadCount = 32,
        KeyValueHeadCount = 32,
        MaxPositions = 32768,
    };

    /// <inheritdoc/>
    public override bool HasQueryKeyValueBias(ModelConfig config) => true;

    /// <inheritdoc/>
    public override bool HasOutputBias(ModelConfig config) => false;

    internal override int? Window(ConfigFields fields) =>
        fields.Flag("use_sliding_window", false) && !fields.IsNull("sliding_window")
            ? fields.Int("sliding_window", 4096) : null;

    internal override bool Slides(ConfigFields fields, int layer) => layer >= fields.Int("max_window_layers", 28);
}
