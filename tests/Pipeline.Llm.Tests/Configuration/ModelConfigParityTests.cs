using System.Text.Json;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Tests.Configuration;

public sealed class ModelConfigParityTests
{
    [Fact]
    public void Read_DirectoriesOfTheCorpus_SameValuesAsTransformers()
    {
        var root = Fixtures.Require("hub-layout");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "expected.json")));
        var compared = 0;
        foreach (var item in document.RootElement.GetProperty("dirs").EnumerateObject())
        {
            if (item.Name.StartsWith("tokenizer-only", StringComparison.Ordinal)
                || !item.Value.TryGetProperty("config", out var expected))
            {
                continue;
            }

            var directory = Path.Combine(root, "dirs", item.Name);
            var type = expected.TryGetProperty("model_type", out var value) ? value.GetString()! : null;
            var refused = type is null || !Architecture.ByModelType.ContainsKey(type) || Refused.Contains(item.Name);
            if (refused && item.Name != "broken-config-bom")
            {
                Should.Throw<Exception>(() => ModelConfigReader.Read(directory), item.Name).Message.ShouldContain(
                    item.Name);
            }
            else if (!refused)
            {
                Compare(expected, ModelConfigReader.Read(directory), item.Name);
            }

            compared++;
        }

        Fixtures.Compared("hub-layout", compared);
    }

    [Fact]
    public void Read_LegacySpelling_SameConfig()
    {
        var compared = 0;
        foreach (var directory in Directory.EnumerateDirectories(Fixtures.Require("models"))
                     .Where(directory => File.Exists(Path.Combine(directory, "config.legacy.json"))))
        {
            var modern = ModelConfigReader.Read(directory);
            var legacy = ModelConfigReader.ReadFile(Path.Combine(directory, "config.legacy.json"));
            (legacy with { Architectures = [], EosTokenIds = [], SlidingLayers = [], Warnings = [] })
                .ShouldBe(
                    modern with { Architectures = [], EosTokenIds = [], SlidingLayers = [], Warnings = [] }, directory);
            legacy.SlidingLayers.ShouldBe(modern.SlidingLayers);
            legacy.EosTokenIds.ShouldBe(modern.EosTokenIds);
            compared++;
        }

        Fixtures.Compared("models (configurations)", compared);
    }

    [Fact]
    public void Compute_RotaryFrequencies_EqualTheReference()
    {
        var compared = 0;
        foreach (var directory in Directory.EnumerateDirectories(Fixtures.Require("models")))
        {
            var config = ModelConfigReader.Read(directory);
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "expected.json")));
            if (!document.RootElement.TryGetProperty("rope", out var rope))
            {
                continue;
            }

            if (rope.TryGetProperty("all", out var all))
            {
                Check(config, config.Rope, all);
            }
            else
            {
                Check(config, config.Rope, rope.GetProperty("full_attention"));
                Check(config, config.SlidingRope, rope.GetProperty("sliding_attention"));
            }

            compared++;
        }

        Fixtures.Compared("models (rope)", compared);
    }

    [Fact]
    public void Tensors_EveryModel_NamesAndShapesOfTheReference()
    {
        var compared = 0;
        foreach (var directory in Directory.EnumerateDirectories(Fixtures.Require("models")))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "expected.json")));
            if (!document.RootElement.TryGetProperty("parameters", out var parameters))
            {
                continue;
            }

            var ours = ModelShapes.Tensors(ModelConfigReader.Read(directory))
                .ToDictionary(t => t.Name, t => string.Join(',', t.Shape));
            var theirs = parameters.EnumerateObject()
                .Where(p => p.Name != "lm_head.weight" || ours.ContainsKey("lm_head.weight"))
                .ToDictionary(
                    p => p.Name, p => string.Join(',', p.Value.EnumerateArray().Select(size => size.GetInt64())));
            ours.OrderBy(p => p.Key).ShouldBe(theirs.OrderBy(p => p.Key), directory);
            compared++;
        }

        Fixtures.Compared("models (shapes)", compared);
    }

    // Read by transformers, refused here by name before any weight is read.
    private static readonly string[] Refused =
        ["broken-kv-heads-not-dividing", "broken-negative-layers", "broken-unknown-activation",
            "broken-rope-unknown-type", "config-old-dynamic"];

    private static void Check(ModelConfig config, RopeSettings settings, JsonElement expected)
    {
        var (inverse, factor) = RotaryFrequencies.Compute(settings, config.HeadDimension, config.MaxPositions);
        var theirs = expected.GetProperty("inv_freq").EnumerateArray().Select(x => x.GetDouble()).ToArray();
        inverse.Length.ShouldBe(theirs.Length);
        for (var i = 0; i < theirs.Length; i++)
        {
            Math.Abs(inverse[i] / theirs[i] - 1).ShouldBeInRange(0, 3e-7);
        }

        factor.ShouldBe(expected.GetProperty("attention_scaling").GetDouble(), 1e-9);
    }

    private static void Compare(JsonElement expected, ModelConfig config, string name)
    {
        config.VocabularySize.ShouldBe(expected.GetProperty("vocab_size").GetInt32(), name);
        config.HiddenSize.ShouldBe(expected.GetProperty("hidden_size").GetInt32(), name);
        config.IntermediateSize.ShouldBe(expected.GetProperty("intermediate_size").GetInt32(), name);
        config.LayerCount.ShouldBe(expected.GetProperty("num_hidden_layers").GetInt32(), name);
        config.HeadCount.ShouldBe(expected.GetProperty("num_attention_heads").GetInt32(), name);
        config.KeyValueHeadCount.ShouldBe(expected.GetProperty("num_key_value_heads").GetInt32(), name);
        config.MaxPositions.ShouldBe(expected.GetProperty("max_position_embeddings").GetInt32(), name);
        config.NormEpsilon.ShouldBe(expected.GetProperty("rms_norm_eps").GetDouble(), 1e-15, name);
        config.TieEmbeddings.ShouldBe(expected.GetProperty("tie_word_embeddings").GetBoolean(), name);
        config.DType.ShouldBe(expected.GetProperty("dtype").GetString(), name);
        config.EosTokenIds.ShouldBe(Ids(expected.GetProperty("eos_token_id")), name);
        config.BosTokenId.ShouldBe(Ids(expected.GetProperty("bos_token_id")).Cast<int?>().FirstOrDefault(), name);
        if (expected.TryGetProperty("head_dim", out var head))
        {
            config.HeadDimension.ShouldBe(head.GetInt32(), name);
        }

        if (expected.TryGetProperty("layer_types", out var layers) && layers.ValueKind == JsonValueKind.Array)
        {
            config.SlidingLayers.ShouldBe(
                layers.EnumerateArray().Select(l => l.GetString() == "sliding_attention"), name);
        }

        if (expected.TryGetProperty("sliding_window", out var window) && config.ModelType != "qwen2")
        {
            config.SlidingWindow.ShouldBe(window.ValueKind == JsonValueKind.Null ? null : window.GetInt32(), name);
        }

        var rope = expected.GetProperty("rope_parameters");
        rope = rope.TryGetProperty("full_attention", out var full) ? full : rope;
        config.Rope.Theta.ShouldBe(rope.GetProperty("rope_theta").GetDouble(), 1e-9, name);
        config.Rope.Type.ShouldBe(rope.GetProperty("rope_type").GetString(), name);
    }

    private static int[] Ids(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => [.. value.EnumerateArray().Select(id => id.GetInt32())],
        _ => [value.GetInt32()],
    };
}
