using System.Text.Json;
using Pipeline.Llm.Configuration;

namespace Pipeline.Llm.Peft;

/// <summary>Reads and writes <c>adapter_config.json</c>.</summary>
public static class LoraConfigJson
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "adapter_config.json";

    // Options of other methods: accepted while they hold their default, refused by name otherwise.
    private static readonly string[] MustBeUnset =
    [
        "alora_invocation_tokens", "arrow_config", "corda_config", "eva_config", "kasa_config", "layer_replication",
        "lora_ga_config",
        "megatron_config", "monteclora_config", "target_parameters", "use_bdlora", "velora_config", "loftq_config",
        "use_qalora",
        "fan_in_fan_out", "ensure_weight_tying",
    ];

    private static readonly HashSet<string> Known = new(MustBeUnset, StringComparer.Ordinal)
    {
        "alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "exclude_modules", "inference_mode",
        "init_lora_weights",
        "layers_pattern", "layers_to_transform", "lora_alpha", "lora_bias", "lora_dropout", "megatron_core",
        "modules_to_save",
        "peft_type", "peft_version", "qalora_group_size", "r", "rank_pattern", "revision", "target_modules",
        "task_type",
        "trainable_token_indices", "use_dora", "use_rslora",
    };

    /// <summary>Reads the configuration of an adapter directory.</summary>
    /// <param name="directory">An adapter directory.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, has an unknown key, or asks for something
    /// unsupported.</exception>
    public static LoraConfig Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        using var document = JsonFiles.ReadObject(path);
        return Read(document.RootElement, path);
    }

    /// <summary>Reads the configuration of an adapter whose files are in memory.</summary>
    /// <param name="content">The adapter.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, has an unknown key, or asks for something
    /// unsupported.</exception>
    public static LoraConfig Read(AdapterContent content)
    {
        var path = Path.Combine(content.Directory, FileName);
        using var document = JsonFiles.ParseObject(content.Config, path);
        return Read(document.RootElement, path);
    }

    /// <summary>Writes the configuration as PEFT does: sorted keys, two spaces, inference mode on.</summary>
    /// <param name="directory">An existing directory.</param>
    /// <param name="config">Adapter configuration.</param>
    public static void Write(string directory, LoraConfig config)
    {
        using var stream = new MemoryStream();
        using (var writer =
            new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n" }))
        {
            LoraConfigWriter.Write(writer, config);
        }

        File.WriteAllBytes(Path.Combine(directory, FileName), stream.ToArray());
    }

    private static LoraConfig Read(JsonElement json, string path)
    {
        var fields = new ConfigFields(json, path);
        var type = fields.Text("peft_type");
        if (type != "LORA")
        {
            throw new InvalidDataException(
                $"{path}: peft_type is {(type is null ? "missing" : $"'{type}'")}, expected LORA");
        }

        foreach (var property in json.EnumerateObject().Where(property => !Known.Contains(property.Name)))
        {
            fields.Add($"unknown key '{property.Name}'");
        }

        foreach (var name in MustBeUnset.Where(name => fields.Has(name) && !IsUnset(json.GetProperty(name))))
        {
            fields.Add($"'{name}' is not supported");
        }

        var config = Parse(json, fields);
        foreach (var problem in LoraConfigValidator.Errors(config))
        {
            fields.Add(problem);
        }

        fields.ThrowIfAny();
        return config;
    }

    private static LoraConfig Parse(JsonElement json, ConfigFields fields)
    {
        var (targets, targetRegex) = NamesOrRegex(json, "target_modules", fields);
        var (excluded, excludeRegex) = NamesOrRegex(json, "exclude_modules", fields);
        if (targetRegex == "all-linear")
        {
            (targets, targetRegex) = (["all-linear"], null);
        }

        return new LoraConfig
        {
            Rank = fields.Int("r", 8),
            Alpha = fields.Number("lora_alpha", 8),
            Dropout = fields.Number("lora_dropout", 0),
            TargetModules = targets.Count == 0 && targetRegex is null && !fields.Has("trainable_token_indices")
                ? LoraConfig.DefaultTargets : targets,
            TargetRegex = targetRegex,
            ExcludeModules = excluded,
            ExcludeRegex = excludeRegex,
            RankPattern = Pattern(fields, "rank_pattern", value => value.TryGetInt32(out var rank) ? rank : 0),
            AlphaPattern = Pattern(fields, "alpha_pattern", value => value.GetDouble()),
            UseRsLora = fields.Flag("use_rslora", false),
            UseDora = fields.Flag("use_dora", false),
            Bias = ReadBias(fields),
            LoraHasBias = fields.Flag("lora_bias", false),
            ModulesToSave = fields.Texts("modules_to_save"),
            LayersToTransform = fields.Ids("layers_to_transform"),
            LayersPattern = fields.Has("layers_pattern")
                && json.GetProperty("layers_pattern").ValueKind == JsonValueKind.String
                ? [fields.Text("layers_pattern")!] // checked to be a text
                : fields.Texts("layers_pattern"),
            TrainableTokenIndices = fields.Has("trainable_token_indices")
                && json.GetProperty("trainable_token_indices").ValueKind == JsonValueKind.Object
                ? TokenIndices(json.GetProperty("trainable_token_indices"), fields)
                : fields.Ids("trainable_token_indices") ?? [],
            Init = ReadInit(json, fields),
            BaseModel = fields.Text("base_model_name_or_path"),
            Revision = fields.Text("revision"),
            TaskType = fields.Text("task_type") ?? "CAUSAL_LM",
        };
    }

    private static IReadOnlyList<int> TokenIndices(JsonElement map, ConfigFields fields)
    {
        var entries = map.EnumerateObject().ToList();
        if (entries.Count != 1 || entries[0].Name != "embed_tokens")
        {
            fields.Add("trainable_token_indices is supported for embed_tokens only");
            return [];
        }

        return new ConfigFields(map, "trainable_token_indices").Ids("embed_tokens") ?? [];
    }

    private static LoraBias ReadBias(ConfigFields fields)
    {
        var text = fields.Text("bias") ?? "none";
        if (text is not ("none" or "all" or "lora_only"))
        {
            fields.Add($"bias '{text}' should be none, all or lora_only");
        }

        return text switch { "all" => LoraBias.All, "lora_only" => LoraBias.LoraOnly, _ => LoraBias.None };
    }

    private static LoraInit ReadInit(JsonElement json, ConfigFields fields)
    {
        if (!fields.Has("init_lora_weights")
            || json.GetProperty("init_lora_weights").ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return LoraInit.Default;
        }

        var text = fields.Text("init_lora_weights");
        if (text is not ("gaussian" or "pissa"))
        {
            fields.Add($"init_lora_weights '{text}' is not supported; use true, gaussian or pissa");
        }

        return text switch { "gaussian" => LoraInit.Gaussian, "pissa" => LoraInit.Pissa, _ => LoraInit.Default };
    }

    private static (IReadOnlyList<string> Names, string? Regex) NamesOrRegex(
        JsonElement json, string name, ConfigFields fields) =>
        fields.Has(name) && json.GetProperty(name).ValueKind == JsonValueKind.String
            ? ([], fields.Text(name))
            : (fields.Texts(name), null);

    private static List<KeyValuePair<string, T>> Pattern<T>(ConfigFields fields, string name, Func<JsonElement, T> read)
    {
        var result = new List<KeyValuePair<string, T>>();
        foreach (var property in fields.Object(name)?.EnumerateObject().ToList() ?? [])
        {
            if (property.Value.ValueKind != JsonValueKind.Number)
            {
                fields.Add($"'{name}.{property.Name}' should be a number");
                continue;
            }

            result.Add(new(property.Name, read(property.Value)));
        }

        return result;
    }

    private static bool IsUnset(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False or JsonValueKind.Null => true,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}
