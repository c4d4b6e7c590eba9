using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Gemma 2: Gemma with norms after each block, soft caps, and a window in every other layer.</summary>
public class Gemma2Architecture : GemmaArchitecture
{
    /// <inheritdoc/>
    public override string ModelType => "gemma2";

    /// <inheritdoc/>
    public override ArchitectureDefaults Defaults { get; } = new()
    {
        VocabularySize = 256000,
        HiddenSize = 2304,
        IntermediateSize = 9216,
        LayerCount = 26,
        HeadCount = 8,
        KeyValueHeadCount = 4,
        HeadDimension = 256,
        MaxPositions = 8192,
        Activation = "gelu_pytorch_tanh",
        TieEmbeddings = true,
        BosTokenId = 2,
        EosTokenIds = [1],
        PadTokenId = 0,
        AttentionSoftCap = 50,
        FinalSoftCap = 30,
    };

    /// <inheritdoc/>
    public override bool HasPostNorms => true;

    /// <inheritdoc/>
    public override bool Scored => true;

    internal override int? Window(ConfigFields fields) =>
        fields.IsNull("sliding_window") ? null : fields.Int("sliding_window", 4096);

    internal override bool Slides(ConfigFields fields, int layer) => layer % 2 == 0;
}
