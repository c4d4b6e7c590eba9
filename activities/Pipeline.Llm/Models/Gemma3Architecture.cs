using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Gemma 3 (text): Gemma 2 with query and key norms, no soft caps, and two rotary settings.</summary>
public sealed class Gemma3Architecture : Gemma2Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "gemma3_text";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 262208,
        HiddenSize = 2304,
        IntermediateSize = 9216,
        LayerCount = 26,
        HeadCount = 8,
        KeyValueHeadCount = 4,
        HeadDimension = 256,
        MaxPositions = 131072,
        Activation = "gelu_pytorch_tanh",
        TieEmbeddings = true,
        BosTokenId = 2,
        EosTokenIds = [1],
        PadTokenId = 0,
    };

    /// <inheritdoc/>
    public override bool NormalizesQueriesAndKeys => true;

    /// <inheritdoc/>
    public override bool RopePerLayerType => true;

    internal override bool Slides(ConfigFields fields, int layer) =>
        (layer + 1) % Math.Max(
            1, fields.IntOrNull("sliding_window_pattern") ?? fields.Int("_sliding_window_pattern", 6)) != 0;
}
