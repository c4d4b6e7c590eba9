using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Models;

/// <summary>Names and shapes of every tensor of a model, from its configuration alone.</summary>
public static class ModelShapes
{
    /// <summary>Name of the input embedding module.</summary>
    public const string Embedding = "model.embed_tokens";

    /// <summary>Name of the output head module.</summary>
    public const string Head = "lm_head";

    /// <summary>The linear modules of the decoder layers, in order; the head is not among them.</summary>
    /// <param name="config">A configuration.</param>
    /// <returns>Module names with sizes.</returns>
    public static IEnumerable<LinearShape> Linears(ModelConfig config)
    {
        var a = Architecture.ByModelType[config.ModelType];
        var (hidden, inner) = (config.HiddenSize, config.IntermediateSize);
        var (queries, keys) =
            (config.HeadCount * config.HeadDimension, config.KeyValueHeadCount * config.HeadDimension);
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            var attention = $"model.layers.{layer}.self_attn.";
            var mlp = $"model.layers.{layer}.mlp.";
            var bias = a.HasQueryKeyValueBias(config);
            if (a.FusesProjections)
            {
                yield return new(attention + "qkv_proj", hidden, queries + 2 * keys, bias);
                yield return new(attention + "o_proj", queries, hidden, a.HasOutputBias(config));
                yield return new(mlp + "gate_up_proj", hidden, 2 * inner, a.HasMlpBias(config));
            }
            else
            {
                yield return new(attention + "q_proj", hidden, queries, bias);
                yield return new(attention + "k_proj", hidden, keys, bias);
                yield return new(attention + "v_proj", hidden, keys, bias);
                yield return new(attention + "o_proj", queries, hidden, a.HasOutputBias(config));
                yield return new(mlp + "gate_proj", hidden, inner, a.HasMlpBias(config));
                yield return new(mlp + "up_proj", hidden, inner, a.HasMlpBias(config));
            }

            yield return new(mlp + "down_proj", inner, hidden, a.HasMlpBias(config));
        }
    }

    /// <summary>Names of the norm modules of one layer, in the order of use.</summary>
    /// <param name="config">A configuration.</param>
    /// <param name="layer">Zero-based layer.</param>
    /// <returns>Names with the length of their weight.</returns>
    public static IEnumerable<(string Name, int Size)> Norms(ModelConfig config, int layer)
    {
        var a = Architecture.ByModelType[config.ModelType];
        var prefix = $"model.layers.{layer}.";
        yield return (prefix + "input_layernorm", config.HiddenSize);
        if (a.NormalizesQueriesAndKeys)
        {
            yield return (prefix + "self_attn.q_norm", config.HeadDimension);
            yield return (prefix + "self_attn.k_norm", config.HeadDimension);
        }

        yield return (prefix + "post_attention_layernorm", config.HiddenSize);
        if (a.HasPostNorms)
        {
            yield return (prefix + "pre_feedforward_layernorm", config.HiddenSize);
            yield return (prefix + "post_feedforward_layernorm", config.HiddenSize);
        }
    }

    /// <summary>Every tensor of a checkpoint.</summary>
    /// <param name="config">A configuration.</param>
    /// <returns>Tensor names with shapes; a tied head is not listed.</returns>
    public static IEnumerable<(string Name, long[] Shape)> Tensors(ModelConfig config)
    {
        yield return ($"{Embedding}.weight", [config.VocabularySize, config.HiddenSize]);
        foreach (var linear in Linears(config))
        {
            yield return (linear.Name + ".weight", [linear.Output, linear.Input]);
            if (linear.HasBias)
            {
                yield return (linear.Name + ".bias", [linear.Output]);
            }
        }

        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (var (name, size) in Norms(config, layer))
            {
                yield return (name + ".weight", [size]);
            }
        }

        yield return ("model.norm.weight", [config.HiddenSize]);
        if (!config.TieEmbeddings)
        {
            yield return ($"{Head}.weight", [config.VocabularySize, config.HiddenSize]);
        }
    }

    /// <summary>Number of parameters of the base model.</summary>
    /// <param name="config">A configuration.</param>
    /// <returns>Parameters; a tied head counts once.</returns>
    public static long ParameterCount(ModelConfig config) =>
        Tensors(config).Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));
}
