using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Peft;

public sealed class AdapterAlgebraParityTests
{
    private static string Root => Fixtures.Require("peft/arithmetic");

    [Fact]
    public void Combine_EveryMethod_EqualsTheRecordedTensors()
    {
        using var scope = NewDisposeScope();
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "expected.json")));
        using var file = SafeTensorsFile.Open(Path.Combine(Root, "expected.safetensors"));
        var compared = 0;
        foreach (var merge in document.RootElement.GetProperty("merges").EnumerateObject())
        {
            // all are texts
            var names = merge.Value.GetProperty("adapters").EnumerateArray().Select(a => a.GetString()!).ToArray();
            var weights = merge.Value.GetProperty("weights").EnumerateArray().Select(w => w.GetDouble()).ToArray();
            var combination = Options(merge.Value);
            var (config, tensors) = AdapterAlgebra.Combine(
                [.. names.Select((name, i) => (Path.Combine(Root, name), weights[i]))], combination,
                (name, _, i) =>
                    Stored(file,
                        $"{merge.Name}/{Module(name)}.mask.{(name.Contains("lora_A") ? "A" : "B")}.{names[i]}"));
            config.Rank.ShouldBe(merge.Value.GetProperty("new_r").GetInt32(), merge.Name);
            config.Alpha.ShouldBe(merge.Value.GetProperty("new_alpha").GetDouble(), merge.Name);
            foreach (var module in merge.Value.GetProperty("modules").EnumerateArray().Select(m => m.GetString()))
            {
                var (a, b) = (tensors[$"{module}.lora_A.weight"], tensors[$"{module}.lora_B.weight"]);
                if (combination.Kind == CombinationKind.Svd)
                {
                    ModelFixture.MaxDifference(b.matmul(a), Stored(file, $"{merge.Name}/{module}.BA"))
                        .ShouldBeLessThan(1e-5, merge.Name);
                    ModelFixture.MaxDifference(b.norm(0, false, 2f),
                        Stored(file, $"{merge.Name}/{module}.column_norms_of_B")).ShouldBeLessThan(1e-5, merge.Name);
                }
                else
                {
                    ModelFixture.MaxDifference(a, Stored(file, $"{merge.Name}/{module}.A"))
                        .ShouldBeLessThan(1e-6, merge.Name);
                    ModelFixture.MaxDifference(b, Stored(file, $"{merge.Name}/{module}.B"))
                        .ShouldBeLessThan(1e-6, merge.Name);
                }
            }

            compared++;
        }

        Fixtures.Compared("peft (arithmetic)", compared);
    }

    [Fact]
    public void Combine_WhatCannotWork_IsRefused()
    {
        using var directory = new TempDirectory();
        (string, double)[] different = [(Path.Combine(Root, "a1"), 1), (Path.Combine(Root, "a3"), 1)];
        Should.Throw<InvalidDataException>(
            () => AdapterAlgebra.Combine(different, directory.Path, new() { Kind = CombinationKind.Linear }))
            .Message.ShouldContain("only cat and svd");
        Should.Throw<ArgumentException>(
            () => AdapterAlgebra.Combine(different[..1], directory.Path, new() { Kind = CombinationKind.Ties }))
            .Message.ShouldContain("density");
        var dora = Path.Combine(Fixtures.Require("peft/llama"), "dora");
        Should.Throw<InvalidDataException>(
            () => AdapterAlgebra.Combine([(dora, 1)], directory.Path, new() { Kind = CombinationKind.Cat }))
            .Message.ShouldContain("use_dora");
    }

    [Fact]
    public void Combine_Cat_WritesAnAdapterThatIsTheSumOfBoth()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var directory = new TempDirectory();
        AdapterAlgebra.Combine([(Path.Combine(Root, "a1"), 1), (Path.Combine(Root, "a3"), 1)], directory.Path,
            new() { Kind = CombinationKind.Cat });
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1 });
        var input = new ModelInput { InputIds = arange(1, 9, ScalarType.Int64).unsqueeze(0) };
        var combined = LoraAdapter.Load(model, directory.Path, "sum");
        var sum = model.Hidden(input);
        combined.Remove();
        LoraAdapter.Load(model, Path.Combine(Root, "a1"), "first");
        LoraAdapter.Load(model, Path.Combine(Root, "a3"), "second");
        (model.Hidden(input) - sum).Largest().ShouldBeLessThan(5e-5);
    }

    [Fact]
    public void S0_21_Run_MergeOfDirectories_GivesAModelOfTheSameLogits()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        foreach (var (name, adapter) in new[] { ("llama", "dora"), ("llama", "modules-to-save"),
            ("gemma2", "embedding") })
        {
            using var directory = new TempDirectory();
            var (source, files) = (Fixtures.Require($"models/{name}"), Fixtures.Require($"peft/{name}/{adapter}"));
            AdapterMerge.Run(source, files, directory.Path);
            using var merged = CausalLanguageModel.Load(directory.Path, new() { Threads = 1 });
            using var model = CausalLanguageModel.Load(source, new() { Threads = 1 });
            LoraAdapter.Load(model, files);
            var input = new ModelInput { InputIds = arange(1, 9, ScalarType.Int64).unsqueeze(0) };
            (merged.Logits(merged.Hidden(input)) - model.Logits(model.Hidden(input))).Largest()
                .ShouldBeLessThan(5e-5, name);
            merged.Config.TieEmbeddings.ShouldBeFalse();
        }
    }

    private static AdapterCombination Options(JsonElement merge) => new()
    {
        // every merge has one
        Kind = Enum.Parse<CombinationKind>(
            merge.GetProperty("combination_type").GetString()!.Replace("_", ""), ignoreCase: true),
        Density = merge.TryGetProperty("density", out var density) ? density.GetDouble() : null,
        SvdRank = merge.TryGetProperty("svd_rank", out var rank) ? rank.GetInt32() : null,
        VoteByFrequency = merge.TryGetProperty("majority_sign_method", out var vote) && vote.GetString() == "frequency",
    };

    private static string Module(string name) => name[..name.IndexOf(".lora_", StringComparison.Ordinal)];

    private static Tensor Stored(SafeTensorsFile file, string name)
    {
        var entry = file.Entry(name);
        if (entry.DType != SafeTensorsDType.U8)
        {
            return WeightLoader.Read(file, name, entry.Shape).to(ScalarType.Float64);
        }

        return tensor(file.Bytes(name).ToArray()).view(entry.Shape).to(ScalarType.Float64);
    }
}
