using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Merging;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Models;
using Pipeline.Registry.Packaging;
using Pipeline.Registry.Storage.Directories;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Registry.Tests.Merging;

/// <summary>
/// Merged models and master adapters, with the committed base model, always through files read again from disk.
/// </summary>
public sealed class MergingTests : IDisposable
{
    private static readonly string Base = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
    private static readonly List<int[]> Prompts = [.. Enumerable.Range(0, 6)
        .Select(i => Enumerable.Range(0, 6 + i).Select(j => 20 + ((i * 37) + (j * 11)) % 400).ToArray())];
    private static readonly MergeParityOptions Options = new() { Threads = 1, NewTokens = 64 };
    private static readonly MergeParityOptions Short = Options with { NewTokens = 8 };
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void S2_13_S1_33_MergedFloat32_PassesTheGateAndTheBaseIsUntouched(bool dora)
    {
        var source = Float32Base();
        var before = Weights(source);
        var adapter = Adapter(source, "adapter", seed: 1, dora: dora);
        ShardMerge.Run(source, adapter, _folder.Combine("merged"));
        var report = MergeParity.Run(source, adapter, _folder.Combine("merged"), Prompts[..2], dora ? Short : Options);
        TestContext.Current.TestOutputHelper?.WriteLine($"{report}");
        report.Passed.ShouldBeTrue(string.Join("; ", report.Reasons));
        (report.Limit, report.EqualPrompts, report.TopTokenAgreement).ShouldBe((1e-4, 1.0, 1.0));
        Weights(source).ShouldBe(before);
        AdapterMerge.Run(source, adapter, _folder.Combine("memory"));
        Tensors(_folder.Combine("merged")).ShouldBe(Tensors(_folder.Combine("memory")));
    }

    [Fact]
    public void S1_33_WrongMerge_FailsTheGateWithReasons()
    {
        var source = Float32Base();
        var adapter = Adapter(source, "adapter", seed: 1);
        var other = Adapter(source, "other", seed: 2);
        ShardMerge.Run(source, other, _folder.Combine("merged"));
        var report = MergeParity.Run(source, adapter, _folder.Combine("merged"), Prompts, Short);
        report.Passed.ShouldBeFalse();
        report.Reasons.Count.ShouldBe(2);
        report.Reasons[0].ShouldContain("of the largest, the limit for Float32 files is 0.0001");
        MergeParity.Run(source, adapter, source, Prompts[..2], Short).Passed.ShouldBeFalse();
    }

    [Fact]
    public void S1_33_BFloat16Files_UseTheirOwnLimit()
    {
        var adapter = Adapter(Base, "adapter", seed: 3, size: 0.002);
        ShardMerge.Run(Base, adapter, _folder.Combine("merged"));
        var report = MergeParity.Run(Base, adapter, _folder.Combine("merged"), Prompts[..4], Short);
        report.Limit.ShouldBe(2e-2);
        TestContext.Current.TestOutputHelper?.WriteLine($"{report}");
        report.MaxDifference.ShouldBeInRange(1e-6, 2e-2);
        var other = Adapter(Base, "other", seed: 4, size: 0.05);
        MergeParity.Run(Base, other, _folder.Combine("merged"), Prompts[..4], Options with { NewTokens = 8 }).Reasons[0]
            .ShouldContain("the limit for BFloat16 files is 0.02");
    }

    [Fact]
    public void S2_13_Unmerge_RestoresTheWeights()
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Base, new() { Threads = 1 });
        var before = model.Parameters.Select(parameter => parameter.Value.detach().clone()).ToList();
        var adapter = LoraAdapter.Load(model, Adapter(Base, "adapter", seed: 4));
        adapter.Merge();
        adapter.Unmerge();
        foreach (var (parameter, kept) in model.Parameters.Zip(before))
        {
            (parameter.Value - kept).abs().max().item<float>().ShouldBeInRange(0, 1e-6f);
        }
    }

    [Fact]
    public void ShardMerge_ShardedBase_KeepsItsFilesAndUntouchedTensors()
    {
        var source = Float32Base(shards: true);
        var adapter = Adapter(source, "adapter", seed: 5);
        ShardMerge.Run(source, adapter, _folder.Combine("merged"));
        Directory.GetFiles(_folder.Combine("merged"), "*.safetensors").Select(Path.GetFileName).Order()
            .ShouldBe(Directory.GetFiles(source, "*.safetensors").Select(Path.GetFileName).Order());
        var (old, now) = (Tensors(source), Tensors(_folder.Combine("merged")));
        now.Keys.ShouldBe(old.Keys);
        old.Count(tensor => now[tensor.Key] != tensor.Value).ShouldBe(2 * LayerCount());
        MergeParity.Run(source, adapter, _folder.Combine("merged"), Prompts[..3], Short).Passed.ShouldBeTrue();
    }

    [Fact]
    public async Task S0_14_UnpackedOnACleanDirectory_GivesTheSameLogits()
    {
        using var scope = NewDisposeScope();
        var adapter = Adapter(Base, "adapter", seed: 6);
        var artifacts = new ArtifactStore(new DirectoryObjectStore(_folder.Combine("store")));
        var card = new ModelCard
        {
            Title = "t",
            Kind = PackageKind.Adapter,
            Licence = "MIT",
            Base = new BaseModelRef("bookworm-6m", "1", "ab"),
        };
        var package = await new Package(artifacts).CreateAsync(adapter, card);
        await new Package(artifacts).UnpackAsync(package.VersionId, _folder.Combine("clean"));
        Logits(Base, adapter).equal(Logits(Base, _folder.Combine("clean"))).all().item<bool>().ShouldBeTrue();

        AdapterMerge.Run(Base, adapter, _folder.Combine("merged"));
        package = await new Package(artifacts)
            .CreateAsync(_folder.Combine("merged"), card with { Kind = PackageKind.Merged });
        await new Package(artifacts).UnpackAsync(package.VersionId, _folder.Combine("clean-merged"));
        Logits(_folder.Combine("merged"), null).equal(Logits(_folder.Combine("clean-merged"), null)).all().item<bool>()
            .ShouldBeTrue();
    }

    [Theory, InlineData(CombinationKind.Linear), InlineData(CombinationKind.Cat), InlineData(CombinationKind.Svd),
        InlineData(CombinationKind.Ties)]
    public void S2_32_MasterAdapter_GoesThroughTheSameGate(CombinationKind kind)
    {
        var source = Float32Base();
        var (one, other) = (Adapter(source, "one", seed: 7), Adapter(source, "other", seed: 8));
        var combination = new AdapterCombination { Kind = kind, Density = kind == CombinationKind.Ties ? 0.5 : null };
        AdapterAlgebra.Combine([(one, 0.5), (other, 0.5)], _folder.Combine("master"), combination);
        ShardMerge.Run(source, _folder.Combine("master"), _folder.Combine("merged"));
        MergeParity.Run(
            source, _folder.Combine("master"), _folder.Combine("merged"), Prompts[..1], Short).Passed.ShouldBeTrue();
        MergeParity.Run(source, one, _folder.Combine("merged"), Prompts[..1], Short).Passed.ShouldBeFalse();
    }

    private static Tensor Logits(string model, string? adapter)
    {
        using var loaded = CausalLanguageModel.Load(model, new() { DType = ScalarType.Float32, Threads = 1 });
        if (adapter is not null)
        {
            LoraAdapter.Load(loaded, adapter);
        }

        using var mode = no_grad();
        return loaded.Logits(
            loaded.Hidden(new ModelInput { InputIds = tensor(new long[] { 20, 57, 3, 99, 140 }).unsqueeze(0) }))
            .clone();
    }

    private static Dictionary<string, string> Tensors(string directory)
    {
        using var files = WeightFiles.Open(directory);
        return files.Names.Order(StringComparer.Ordinal).ToDictionary(
            name => name, name =>
                Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(files.FileOf(name).Bytes(name))));
    }

    private static string Weights(string directory) => string.Concat(Tensors(directory).Values);

    private static int LayerCount() => Pipeline.Llm.Configuration.ModelConfigReader.Read(Base).LayerCount;

    private string Float32Base(bool shards = false)
    {
        var target = _folder.Combine("base");
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Base, new() { DType = ScalarType.Float32, Threads = 1 });
        ModelWriter.Save(model, target);
        if (shards)
        {
            Split(target);
        }

        return target;
    }

    private static void Split(string directory)
    {
        var single = Path.Combine(directory, "model.safetensors");
        using (var file = SafeTensorsFile.Open(single))
        {
            var entries = file.Header.Entries.ToList();
            var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var shard = 0; shard < 2; shard++)
            {
                var name = $"model-{shard + 1:D5}-of-00002.safetensors";
                var part = entries.Where((_, i) => i % 2 == shard).ToList();
                SafeTensorsWriter.Write(
                    Path.Combine(directory, name),
                    part.Select(entry =>
                        SafeTensorsItem.Of(entry.Name, entry.DType, entry.Shape, file.Bytes(entry.Name).ToArray())));
                part.ForEach(entry => map[entry.Name] = name);
            }

            File.WriteAllText(
                Path.Combine(directory, "model.safetensors.index.json"), System.Text.Json.JsonSerializer.Serialize(
                new { metadata = new { total_size = entries.Sum(entry => entry.Bytes) }, weight_map = map }));
        }

        File.Delete(single);
    }

    private string Adapter(string model, string name, long seed, bool dora = false, double size = 0.02)
    {
        using var scope = NewDisposeScope();
        using var loaded = CausalLanguageModel.Load(model, new() { DType = ScalarType.Float32, Threads = 1 });
        var adapter = LoraAdapter.Create(
            loaded, new LoraConfig { Rank = 4, Alpha = 8, TargetModules = ["q_proj", "down_proj"], UseDora = dora },
            seed);
        using (no_grad())
        {
            using var generator = new Generator((ulong)seed);
            foreach (var (_, value) in adapter.Parameters.Where(
                parameter => parameter.Name.Contains("lora_B", StringComparison.Ordinal)))
            {
                value.copy_(randn(value.shape, generator: generator) * size);
            }
        }

        adapter.Save(_folder.Combine(name));
        return _folder.Combine(name);
    }
}
