using System.Text.Json;

namespace Pipeline.Llm.Peft;

/// <summary>Writes the classic keys of <c>adapter_config.json</c>, sorted.</summary>
internal static class LoraConfigWriter
{
    public static void Write(Utf8JsonWriter writer, LoraConfig config)
    {
        writer.WriteStartObject();
        Map(writer, "alpha_pattern", config.AlphaPattern);
        writer.WriteNull("auto_mapping");
        Text(writer, "base_model_name_or_path", config.BaseModel);
        writer.WriteString(
            "bias", config.Bias switch { LoraBias.All => "all", LoraBias.LoraOnly => "lora_only", _ => "none" });
        NamesOrRegex(writer, "exclude_modules", config.ExcludeModules, config.ExcludeRegex);
        writer.WriteBoolean("fan_in_fan_out", false);
        writer.WriteBoolean("inference_mode", true);
        if (config.Init == LoraInit.Default)
        {
            writer.WriteBoolean("init_lora_weights", true);
        }
        else
        {
            writer.WriteString("init_lora_weights", config.Init == LoraInit.Gaussian ? "gaussian" : "pissa");
        }

        NamesOrRegex(writer, "layers_pattern", config.LayersPattern, regex: null);
        Numbers(writer, "layers_to_transform", config.LayersToTransform);
        Number(writer, "lora_alpha", config.Alpha);
        writer.WriteBoolean("lora_bias", config.LoraHasBias);
        writer.WriteNumber("lora_dropout", config.Dropout);
        NamesOrRegex(writer, "modules_to_save", config.ModulesToSave, regex: null);
        writer.WriteString("peft_type", "LORA");
        writer.WriteNumber("r", config.Rank);
        Map(writer, "rank_pattern",
            config.RankPattern.Select(pair => KeyValuePair.Create(pair.Key, (double)pair.Value)));
        Text(writer, "revision", config.Revision);
        if (config.TargetModules is ["all-linear"])
        {
            writer.WriteString("target_modules", "all-linear");
        }
        else
        {
            NamesOrRegex(writer, "target_modules", config.TargetModules, config.TargetRegex);
        }

        writer.WriteString("task_type", config.TaskType);
        Numbers(writer, "trainable_token_indices",
            config.TrainableTokenIndices.Count > 0 ? config.TrainableTokenIndices : null);
        writer.WriteBoolean("use_dora", config.UseDora);
        writer.WriteBoolean("use_rslora", config.UseRsLora);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < int.MaxValue)
        {
            writer.WriteNumber(name, (int)value);
        }
        else
        {
            writer.WriteNumber(name, value);
        }
    }

    private static void Map(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, double>> map)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            Number(writer, key, value);
        }

        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is null)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteString(name, value);
        }
    }

    private static void NamesOrRegex(Utf8JsonWriter writer, string name, IReadOnlyList<string> names, string? regex)
    {
        if (regex is not null || names.Count == 0)
        {
            Text(writer, name, regex);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in names)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter writer, string name, IReadOnlyList<int>? values)
    {
        if (values is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
