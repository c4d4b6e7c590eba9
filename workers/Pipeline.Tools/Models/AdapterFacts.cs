using System.Globalization;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Peft;

namespace Pipeline.Tools.Models;

/// <summary>Facts about an adapter directory, as name and text.</summary>
internal static class AdapterFacts
{
    // What common multi-adapter servers accept without being told otherwise.
    private const int ServedRank = 64;

    public static IReadOnlyList<KeyValuePair<string, string>> Of(string directory, string? baseDirectory)
    {
        var config = LoraConfigJson.Read(directory);
        using var file = SafeTensorsFile.Open(Path.Combine(directory, "adapter_model.safetensors"));
        List<KeyValuePair<string, string>> facts =
        [
            new("kind", "adapter"),
            new("base", config.BaseModel ?? "not said"),
            new("rank, alpha",
                Text($"{config.Rank}, {config.Alpha}{(config.UseRsLora ? ", rsLoRA" : "")}{(config.UseDora ? ", DoRA" : "")}")),
            new("dropout", Text($"{config.Dropout}")),
            new("targets", config.TargetRegex ?? string.Join(", ", config.TargetModules)),
            new("tensors",
                Text($"{file.Header.Entries.Count} with {file.Header.Entries.Sum(entry => entry.Count):N0} numbers, {file.Length:N0} bytes")),
        ];
        if (baseDirectory is not null)
        {
            facts.Add(new("parameters", AdapterShapes.Describe(config, ModelConfigReader.Read(baseDirectory))));
        }

        facts.AddRange(Numbered("warning", LoraConfigValidator.Warnings(config)));
        facts.AddRange(Numbered("obstacle", ServabilityRules.Obstacles(config, ServedRank)));
        return facts;
    }

    private static IEnumerable<KeyValuePair<string, string>> Numbered(string name, IEnumerable<string> texts) =>
        texts.Select((text, i) => new KeyValuePair<string, string>($"{name} {i + 1}", text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
