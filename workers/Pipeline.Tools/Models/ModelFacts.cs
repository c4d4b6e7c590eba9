using System.Globalization;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Memory;

namespace Pipeline.Tools.Models;

/// <summary>Facts about a model directory, as name and text.</summary>
internal static class ModelFacts
{
    private const string Preset = "seed1-default";

    public static IReadOnlyList<KeyValuePair<string, string>> Of(string directory, int microBatchTokens)
    {
        var config = ModelConfigReader.Read(directory);
        var adapter = LoraPresets.ByName[Preset];
        List<KeyValuePair<string, string>> facts =
        [
            new("kind", "model"),
            new("family", config.ModelType),
            new("layers", Text($"{config.LayerCount} of {config.HiddenSize}, feed-forward {config.IntermediateSize}")),
            new("heads",
                Text($"{config.HeadCount} query, {config.KeyValueHeadCount} key and value, {config.HeadDimension} wide")),
            new("vocabulary",
                Text($"{config.VocabularySize:N0}{(config.TieEmbeddings ? ", head tied to the embedding" : "")}")),
            new("context", Text($"{config.MaxPositions:N0} tokens, rope {config.Rope.Type}")),
            new("parameters", Text($"{ModelShapes.ParameterCount(config):N0}")),
            new("adapter", $"{Preset}: {AdapterShapes.Describe(adapter, config)}"),
            .. Weights(directory),
            .. Memory(config, AdapterShapes.ParameterCount(adapter, config), microBatchTokens),
        ];
        facts.AddRange(
            config.Warnings.Select((warning, i) => new KeyValuePair<string, string>($"warning {i + 1}", warning)));
        return facts;
    }

    private static IEnumerable<KeyValuePair<string, string>> Weights(string directory)
    {
        using var files = WeightFiles.Open(directory);
        var types = files.Files.SelectMany(file => file.Header.Entries).Select(entry => entry.DType).Distinct().Order();
        yield return new(
            "weights", Text($"{files.TotalBytes:N0} bytes in {files.Files.Count} files, {string.Join(", ", types)}"));
        yield return new("fingerprint", WeightFingerprint.Of(files));
    }

    private static IEnumerable<KeyValuePair<string, string>> Memory(ModelConfig config, long adapter, int tokens)
    {
        var model = ModelFootprint.Of(config);
        foreach (var method in Enum.GetValues<TuningMethod>())
        {
            var estimate = MemoryEstimator.Estimate(new()
            {
                Model = model,
                Method = method,
                AdapterParameters = adapter,
                MicroBatchTokens = tokens,
            });
            yield return new($"memory {method}", estimate.ToString());
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
