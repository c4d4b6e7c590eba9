using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Training.Memory;

/// <summary>The sizes of a model that memory depends on.</summary>
public sealed record ModelFootprint
{
    /// <summary>All parameters.</summary>
    public required double Parameters { get; init; }

    /// <summary>Parameters of the linear modules of the layers, which can be quantised.</summary>
    public required double LinearParameters { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the states.</summary>
    public required int Hidden { get; init; }

    /// <summary>Width of keys (and of values).</summary>
    public required int KeyValue { get; init; }

    /// <summary>Width of the feed-forward part.</summary>
    public required int Intermediate { get; init; }

    /// <summary>Size of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>From a configuration; no weight is read.</summary>
    /// <param name="config">A model's configuration.</param>
    /// <returns>Its sizes.</returns>
    public static ModelFootprint Of(ModelConfig config) => new()
    {
        Parameters = ModelShapes.ParameterCount(config),
        LinearParameters = ModelShapes.Linears(config).Sum(linear => (double)linear.Input * linear.Output),
        Layers = config.LayerCount,
        Hidden = config.HiddenSize,
        KeyValue = config.KeyValueHeadCount * config.HeadDimension,
        Intermediate = config.IntermediateSize,
        Vocabulary = config.VocabularySize,
    };
}
