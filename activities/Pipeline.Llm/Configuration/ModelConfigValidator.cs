namespace Pipeline.Llm.Configuration;

/// <summary>Rules that a configuration must obey before weights are read.</summary>
internal static class ModelConfigValidator
{
    private static readonly string[] Activations = ["silu", "gelu", "gelu_pytorch_tanh"];

    public static void Check(ModelConfig config, bool headsDivide, ConfigFields report)
    {
        Positive("vocab_size", config.VocabularySize);
        Positive("hidden_size", config.HiddenSize);
        Positive("intermediate_size", config.IntermediateSize);
        Positive("num_hidden_layers", config.LayerCount);
        Positive("num_attention_heads", config.HeadCount);
        Positive("num_key_value_heads", config.KeyValueHeadCount);
        Positive("max_position_embeddings", config.MaxPositions);
        if (!headsDivide)
        {
            report.Add($"hidden_size {config.HiddenSize} is not a multiple of num_attention_heads {config.HeadCount}");
        }

        if (config.HeadDimension <= 0 || config.HeadDimension % 2 != 0)
        {
            report.Add($"head_dim {config.HeadDimension} must be positive and even (rotary embedding)");
        }

        if (config.KeyValueHeadCount > 0 && config.HeadCount % config.KeyValueHeadCount != 0)
        {
            report.Add(
                $"num_attention_heads {config.HeadCount} is not a multiple of num_key_value_heads "
                    + $"{config.KeyValueHeadCount}");
        }

        if (!Activations.Contains(config.Activation))
        {
            report.Add(
                $"activation '{config.Activation}' is not supported; supported are {string.Join(", ", Activations)}");
        }

        if (!(config.NormEpsilon > 0))
        {
            report.Add($"rms_norm_eps {config.NormEpsilon} must be positive");
        }

        if (config.SlidingWindow is <= 0)
        {
            report.Add($"sliding_window {config.SlidingWindow} must be positive");
        }

        if (config.QuantizationMethod is not (null or "bitsandbytes"))
        {
            report.Add(
                $"quantization method '{config.QuantizationMethod}' is not supported; supported is bitsandbytes (nf4)");
        }

        void Positive(string name, int value)
        {
            if (value <= 0)
            {
                report.Add($"{name} is {value}, expected a positive number");
            }
        }
    }

    public static IEnumerable<string> Warnings(ModelConfig config, string path)
    {
        foreach (var id in config.EosTokenIds.Append(config.BosTokenId ?? 0).Append(config.PadTokenId ?? 0)
                     .Where(id => id >= config.VocabularySize))
        {
            yield return $"{path}: special token id {id} is outside the vocabulary of {config.VocabularySize}";
        }
    }
}
