using System.Text.Json;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Configuration;

/// <summary>Reads and checks <c>config.json</c>; nothing of the weights is touched.</summary>
/// <remarks>
/// Remote code (<c>auto_map</c>) is never run: a directory loads through a built-in architecture or not at all.
/// </remarks>
public static class ModelConfigReader
{
    /// <summary>Reads the configuration of a model directory.</summary>
    /// <param name="directory">A model directory in Hugging Face layout.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="FileNotFoundException">There is no <c>config.json</c>.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or asks for something unsupported; all problems are
    /// listed.</exception>
    public static ModelConfig Read(string directory) => ReadFile(Path.Combine(directory, "config.json"));

    /// <summary>Reads one configuration file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or asks for something unsupported; all problems are
    /// listed.</exception>
    public static ModelConfig ReadFile(string path)
    {
        using var document = JsonFiles.ReadObject(path);
        return Parse(document.RootElement, path);
    }

    private static ModelConfig Parse(JsonElement json, string path)
    {
        var fields = new ConfigFields(json, path);
        var type = fields.Text("model_type");
        if (type is null)
        {
            throw new InvalidDataException($"{path}: 'model_type' is missing");
        }

        if (!Architecture.ByModelType.TryGetValue(type, out var architecture))
        {
            var code = fields.Has("auto_map") ? " (its own code, named by 'auto_map', is never run)" : "";
            throw new InvalidDataException(
                $"{path}: model_type '{type}' is not supported{code}; supported are "
                    + $"{string.Join(", ", Architecture.ByModelType.Keys.Order())}");
        }

        var d = architecture.Defaults;
        var layers = fields.Int("num_hidden_layers", d.LayerCount);
        var heads = fields.Int("num_attention_heads", d.HeadCount);
        var hidden = fields.Int("hidden_size", d.HiddenSize);
        var maxPositions = fields.Int("max_position_embeddings", d.MaxPositions);
        var explicitHead = fields.IntOrNull("head_dim") ?? (d.HeadDimension > 0 ? d.HeadDimension : null);
        var keyValueHeads = fields.IntOrNull("num_key_value_heads")
            ?? (d.KeyValueHeadCount > 0 && !json.TryGetProperty("num_key_value_heads", out _)
                ? d.KeyValueHeadCount : heads);
        var (rope, slidingRope) = RopeReader.Read(fields, maxPositions, architecture.RopePerLayerType);
        var window = architecture.Window(fields);
        var config = new ModelConfig
        {
            ModelType = type,
            Architectures = fields.Texts("architectures"),
            VocabularySize = fields.Int("vocab_size", d.VocabularySize),
            HiddenSize = hidden,
            IntermediateSize = fields.Int("intermediate_size", d.IntermediateSize),
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = explicitHead ?? (heads > 0 ? hidden / heads : 0),
            Activation = fields.Text("hidden_activation") ?? fields.Text("hidden_act") ?? d.Activation,
            MaxPositions = maxPositions,
            NormEpsilon = fields.Number("rms_norm_eps", d.NormEpsilon),
            TieEmbeddings = fields.Flag("tie_word_embeddings", d.TieEmbeddings),
            BosTokenId = json.TryGetProperty("bos_token_id", out _) ? fields.IntOrNull("bos_token_id") : d.BosTokenId,
            EosTokenIds = json.TryGetProperty("eos_token_id", out _) ? fields.Ids("eos_token_id") ?? [] : d.EosTokenIds,
            PadTokenId = json.TryGetProperty("pad_token_id", out _) ? fields.IntOrNull("pad_token_id") : d.PadTokenId,
            DType = ReadDType(fields),
            AttentionBias = fields.Flag("attention_bias", false),
            MlpBias = fields.Flag("mlp_bias", false),
            InitializerRange = fields.Number("initializer_range", 0.02),
            SlidingWindow = window,
            SlidingLayers = layers > 0 ? LayerTypes.Read(fields, architecture, layers, window) : [],
            Rope = rope,
            SlidingRope = slidingRope,
            QueryPreAttentionScalar = architecture.Scored ? fields.Number("query_pre_attn_scalar", 256) : null,
            AttentionSoftCap = SoftCap(json, fields, "attn_logit_softcapping", d.AttentionSoftCap),
            FinalSoftCap = SoftCap(json, fields, "final_logit_softcapping", d.FinalSoftCap),
            QuantizationMethod = fields.Object("quantization_config") is { } quantization
                ? new ConfigFields(quantization, path).Text("quant_method") ?? "unknown"
                : null,
            Warnings = fields.Has("auto_map")
                ? [$"{path}: 'auto_map' names code of the model repository; it is ignored and never run"] : [],
        };
        ModelConfigValidator.Check(config, hidden % Math.Max(heads, 1) == 0 || d.HeadDimension > 0, fields);
        fields.ThrowIfAny();
        return config with { Warnings = [.. config.Warnings, .. ModelConfigValidator.Warnings(config, path)] };
    }

    private static string? ReadDType(ConfigFields fields)
    {
        var text = fields.Text("dtype") ?? fields.Text("torch_dtype");
        if (text is not (null or "float32" or "bfloat16" or "float16" or "float64"))
        {
            fields.Add($"dtype '{text}' is not supported; use float32, bfloat16 or float16");
        }

        return text;
    }

    private static double? SoftCap(JsonElement json, ConfigFields fields, string name, double? fallback) =>
        json.TryGetProperty(name, out _) ? fields.NumberOrNull(name) : fallback;
}
