using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Peft;

/// <summary>Adapters as PEFT saved them: logits, merged weights and files.</summary>
public sealed class AdapterParityTests
{
    [Fact]
    public void Logits_WithAdapter_EqualTheOracle() => ForEach((directory, model, adapter, expected, tolerance) =>
    {
        var logits = Logits(model);
        ModelFixture.MaxDifference(logits, Stored(directory, "logits")).ShouldBeLessThan(tolerance, directory);
        adapter.Enabled = false;
        var gap = (Logits(model) - logits).Largest();
        gap.ShouldBe(expected.GetProperty("max_abs_difference_adapter_vs_base").GetDouble(), 2 * tolerance, directory);
    });

    [Fact]
    public void S2_13_Merge_EveryTensor_HasTheBytesOfAFloat64MergeRoundedOnce() => ForEach(
        (directory, model, adapter, expected, tolerance) =>
    {
        var before = Logits(model);
        adapter.Merge();
        var tensors = model.Parameters.ToDictionary(p => p.Name, p => p.Value);
        foreach (var tensor in expected.GetProperty("merged").EnumerateObject())
        {
            // The reference merges an embedding into the shared matrix; here the head keeps the old one, as the adapter
            // meant.
            var isTiedHead = tensor.Name == "lm_head.weight" && model.Config.TieEmbeddings;
            var name = isTiedHead ? "model.embed_tokens.weight" : tensor.Name;
            Hash(tensors[name])
                .ShouldBe(tensor.Value.GetProperty("sha256_float64_rounded").GetString(), $"{directory} {name}");
        }

        ModelFixture.MaxDifference(Logits(model), before.to(ScalarType.Float64))
            .ShouldBeLessThan(Math.Max(2e-5, tolerance), directory);
        adapter.Unmerge();
        Logits(model).equal(before).all().item<bool>().ShouldBeTrue(directory);
    });

    [Fact]
    public void S0_22_Save_ThenRead_SameTensorsAndConfig() => ForEach(
        (directory, model, adapter, expected, tolerance) =>
    {
        using var target = new TempDirectory();
        adapter.Save(target.Path);
        using var theirs = SafeTensorsFile.Open(Path.Combine(directory, "adapter_model.safetensors"));
        using var ours = SafeTensorsFile.Open(target.Combine("adapter_model.safetensors"));
        // The copy of the base embedding is not repeated.
        var names = theirs.Header.Entries.Where(e => !e.Name.Contains("base_layer.weight")).Select(e => e.Name)
            .ToList();
        ours.Header.Entries.Select(e => e.Name).Order().ShouldBe(names.Order(), directory);
        foreach (var name in names)
        {
            ours.Bytes(name).SequenceEqual(theirs.Bytes(name)).ShouldBeTrue($"{directory} {name}");
        }

        JsonSerializer.Serialize(LoraConfigJson.Read(target.Path))
            .ShouldBe(JsonSerializer.Serialize(LoraConfigJson.Read(directory)), directory);
    });

    [Fact]
    public void Load_FaultyAdapters_AreRefusedWithDifferences()
    {
        var root = Fixtures.Require("peft/bad");
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1 });
        var compared = 0;
        foreach (var directory in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(directory) == "bf16-weights")
            {
                // Rounded weights are no fault: they are widened.
                LoraAdapter.Load(model, directory).Remove();
                continue;
            }

            var error = Should.Throw<Exception>(() => LoraAdapter.Load(model, directory), directory);
            error.ShouldSatisfyAllConditions(
                () => (error is InvalidDataException or FileNotFoundException).ShouldBeTrue($"{directory}: {error}"),
                () => error.Message.Length.ShouldBeGreaterThan(30),
                () => error.Message.Split(';').Length.ShouldBeLessThanOrEqualTo(6));
            model.Adapters.ShouldBeEmpty();
            compared++;
        }

        Fixtures.Compared("peft (faulty adapters)", compared);
    }

    private static Tensor Logits(CausalLanguageModel model)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("peft/inputs.json")));
        var input = new ModelInput { InputIds = ModelFixture.Matrix(document.RootElement.GetProperty("input_ids")) };
        return model.Logits(model.Hidden(input));
    }

    private static Tensor Stored(string directory, string name)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(directory, "expected.safetensors"));
        return WeightLoader.Read(file, name, file.Entry(name).Shape).to(ScalarType.Float64);
    }

    private static string Hash(Tensor tensor) =>
        Convert.ToHexStringLower(SHA256.HashData(tensor.detach().contiguous().bytes));

    private static void ForEach(Action<string, CausalLanguageModel, LoraAdapter, JsonElement, double> check)
    {
        var root = Fixtures.Require("peft");
        var compared = 0;
        foreach (var path in Directory.EnumerateFiles(root, "expected.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            var directory = Path.GetDirectoryName(path)!; // a file has a directory
            var name = Path.GetFileName(Path.GetDirectoryName(directory))!;
            if (!Directory.Exists(Path.Combine(root, "..", "models", name)))
            {
                continue;
            }

            using var scope = NewDisposeScope();
            using var mode = no_grad();
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var narrow = name.EndsWith("-bf16", StringComparison.Ordinal);
            var type = narrow ? ScalarType.BFloat16 : ScalarType.Float32;
            using var model =
                CausalLanguageModel.Load(Fixtures.Require($"models/{name}"), new() { DType = type, Threads = 1 });
            var adapter = LoraAdapter.Load(model, directory);
            check(directory, model, adapter, document.RootElement, narrow ? 0.5 : 1e-4);
            compared++;
        }

        Fixtures.Compared("peft (adapters)", compared);
    }
}
