using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Checkpoints;

public sealed class ModelShardsTests
{
    private static readonly string Bookworm = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");

    [Fact]
    public void Save_InShards_ReadsBackAsTheSameModel()
    {
        using var folder = new TempDirectory();
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Bookworm, new() { Threads = 1, DType = ScalarType.BFloat16 });
        ModelWriter.Save(model, folder.Path, shardBytes: 2_000_000);
        var names = Directory.GetFiles(folder.Path, "*.safetensors").Select(path => Path.GetFileName(path)).Order()
            .ToList();
        names.Count.ShouldBeGreaterThan(3);
        names.ShouldBe(Enumerable.Range(1, names.Count).Select(i => $"model-{i:D5}-of-{names.Count:D5}.safetensors"));
        names.ShouldAllBe(name => new FileInfo(folder.Combine(name)).Length < 4_300_000,
            "the embedding alone is larger than a shard");
        using var index = JsonDocument.Parse(File.ReadAllText(folder.Combine("model.safetensors.index.json")));
        index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64().ShouldBe(model.WeightBytes);
        using var again = CausalLanguageModel.Load(folder.Path, new() { Threads = 1, DType = ScalarType.BFloat16 });
        again.Fingerprint.ShouldBe(model.Fingerprint);
        Same(again, model);
    }

    [Fact]
    public void Save_OverAnEarlierSplit_LeavesNothingOfIt()
    {
        using var folder = new TempDirectory();
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Bookworm, new() { Threads = 1, DType = ScalarType.BFloat16 });
        ModelWriter.Save(model, folder.Path, shardBytes: 2_000_000);
        ModelWriter.Save(model, folder.Path);
        Directory.GetFiles(folder.Path, "model*").Select(path => Path.GetFileName(path))
            .ShouldBe(["model.safetensors"]);
        ModelWriter.Save(model, folder.Path, shardBytes: 5_000_000);
        File.Exists(folder.Combine("model.safetensors")).ShouldBeFalse();
        using var again = CausalLanguageModel.Load(folder.Path, new() { Threads = 1, DType = ScalarType.BFloat16 });
        Same(again, model);
    }

    [Fact]
    public void Write_WithoutTensorsOrRoom_IsRefused()
    {
        using var folder = new TempDirectory();
        Should.Throw<ArgumentException>(() => ModelShards.Write(folder.Path, [])).Message.ShouldContain(
            "at least one tensor");
        Should.Throw<ArgumentException>(() => ModelShards.Write(folder.Path, [], shardBytes: 0));
    }

    private static void Same(CausalLanguageModel one, CausalLanguageModel other) => one.Parameters.Zip(other.Parameters)
        .ShouldAllBe(pair => pair.First.Name == pair.Second.Name
            && pair.First.Value.equal(pair.Second.Value).all().item<bool>());
}
