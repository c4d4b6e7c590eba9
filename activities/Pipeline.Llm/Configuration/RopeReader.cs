using System.Text.Json;

namespace Pipeline.Llm.Configuration;

/// <summary>
/// Reads rotary settings in the spelling of transformers 5 (<c>rope_parameters</c>) or 4 (<c>rope_theta</c>,
/// <c>rope_scaling</c>).
/// </summary>
internal static class RopeReader
{
    private static readonly string[] Known = ["default", "linear", "llama3", "yarn"];

    public static (RopeSettings Full, RopeSettings Sliding) Read(
        ConfigFields fields, int maxPositions, bool perLayerType)
    {
        var theta = fields.NumberOrNull("rope_theta") ?? (perLayerType ? 1_000_000 : 10_000);
        var local = fields.NumberOrNull("rope_local_base_freq") ?? 10_000;
        var partial = fields.Number("partial_rotary_factor", 1);
        if (fields.Object("rope_parameters") is { } parameters)
        {
            var full = Part(parameters, "full_attention");
            var sliding = Part(parameters, "sliding_attention");
            if (full is null && sliding is null)
            {
                var only = Parse(parameters, fields, theta, partial, maxPositions);
                return (only, perLayerType ? new RopeSettings { Theta = local, PartialRotaryFactor = partial } : only);
            }

            var fullSettings = full is { } f ? Parse(f, fields, theta, partial, maxPositions) : new RopeSettings
            {
                Theta = theta,
            };
            return (fullSettings, sliding is { } s ? Parse(s, fields, local, partial, maxPositions) : fullSettings);
        }

        var settings = fields.Object("rope_scaling") is { } scaling
            ? Parse(scaling, fields, theta, partial, maxPositions)
            : new RopeSettings { Theta = theta, PartialRotaryFactor = partial };
        return (settings, perLayerType ? new RopeSettings { Theta = local, PartialRotaryFactor = partial } : settings);
    }

    private static JsonElement? Part(JsonElement parameters, string name) =>
        parameters.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    private static RopeSettings Parse(
        JsonElement json, ConfigFields report, double theta, double partial, int maxPositions)
    {
        var fields = new ConfigFields(json, "rope");
        var type = fields.Text("rope_type") ?? fields.Text("type") ?? "default";
        if (!Known.Contains(type))
        {
            report.Add($"rope type '{type}' is not supported; supported are {string.Join(", ", Known)}");
            return new RopeSettings();
        }

        if (type != "default" && !fields.Has("factor"))
        {
            report.Add($"rope type '{type}' needs 'factor'");
        }

        if (type == "llama3"
            && !(fields.Has("low_freq_factor") && fields.Has("high_freq_factor")
                && fields.Has("original_max_position_embeddings")))
        {
            report.Add(
                "rope type 'llama3' needs low_freq_factor, high_freq_factor and original_max_position_embeddings");
        }

        if (fields.Has("mscale") || fields.Has("mscale_all_dim")
            || (fields.Has("truncate") && !fields.Flag("truncate", true)))
        {
            report.Add("yarn with mscale or truncate=false is not supported");
        }

        var settings = new RopeSettings
        {
            Type = type,
            Theta = fields.Number("rope_theta", theta),
            Factor = fields.Number("factor", 1),
            LowFrequencyFactor = fields.Number("low_freq_factor", 1),
            HighFrequencyFactor = fields.Number("high_freq_factor", 4),
            OriginalMaxPositions =
                fields.Int("original_max_position_embeddings", type is "llama3" or "yarn" ? maxPositions : 0),
            AttentionFactor = fields.NumberOrNull("attention_factor"),
            BetaFast = fields.Number("beta_fast", 32),
            BetaSlow = fields.Number("beta_slow", 1),
            PartialRotaryFactor = fields.Number("partial_rotary_factor", partial),
        };
        if (settings.Theta <= 0 || settings.Factor <= 0
            || (type is "llama3" or "yarn" && settings.OriginalMaxPositions <= 0)
            || settings.PartialRotaryFactor is <= 0 or > 1)
        {
            report.Add("rope: theta, factor and lengths must be positive, partial_rotary_factor in (0, 1]");
        }

        fields.ThrowIfAny();
        return settings;
    }
}
