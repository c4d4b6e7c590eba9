using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Models;

public sealed class CausalLanguageModelTests
{
    private static readonly long[] Ids = [3, 14, 15, 92, 65, 35, 89, 79];

    [Theory, InlineData(1), InlineData(2)]
    public void Load_WithThreadsAndWithoutLog_SetsThem(int threads)
    {
        var before = torch.get_num_threads();
        try
        {
            using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = threads });
            torch.get_num_threads().ShouldBe(threads);
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void Load_Phi3_FusedProjections_EqualTheSeparateOnes()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var source = Path.Combine(Fixtures.Require("models"), "llama");
        using var directory = new TempDirectory();
        Fuse(source, directory.Path);
        using var llama = Load(source);
        using var phi = Load(directory.Path);
        var input = new ModelInput { InputIds = tensor(Ids).unsqueeze(0) };
        ModelFixture.MaxDifference(phi.Logits(phi.Hidden(input)),
            llama.Logits(llama.Hidden(input)).to(ScalarType.Float64)).ShouldBeLessThan(1e-5);
        phi.Config.ModelType.ShouldBe("phi3");
    }

    [Fact]
    public void Load_WeightsOfAnotherShape_NamesTheFirstFiveDifferences()
    {
        using var directory = new TempDirectory();
        var source = Path.Combine(Fixtures.Require("models"), "llama");
        File.Copy(Path.Combine(source, "model.safetensors"), directory.Combine("model.safetensors"));
        var config = File.ReadAllText(Path.Combine(source, "config.json"))
            .Replace("\"intermediate_size\": 128", "\"intermediate_size\": 96", StringComparison.Ordinal);
        File.WriteAllText(directory.Combine("config.json"), config);
        var message = Should.Throw<InvalidDataException>(() => Load(directory.Path)).Message;
        message.ShouldContain("6 places");
        message.ShouldContain("'model.layers.0.mlp.gate_proj.weight' is [128, 64], config.json says [96, 64]");
        message.Split(';').Length.ShouldBe(6);
    }

    [Fact]
    public void Hidden_BadInput_IsNamed()
    {
        using var scope = NewDisposeScope();
        using var model = Load(Path.Combine(Fixtures.Require("models"), "llama"));
        var ids = tensor(Ids).view(2, 4);
        Should.Throw<ArgumentException>(() => model.Hidden(new() { InputIds = ids.flatten() })).Message.ShouldContain(
            "[b, s]");
        Should.Throw<ArgumentException>(
            () => model.Hidden(new() { InputIds = ids, SequenceLengths = [8] })).Message.ShouldContain("one row of 4");
        var mask = tensor(new long[] { 1, 0, 1, 1, 1, 1, 1, 1 }).view(2, 4);
        Should.Throw<ArgumentException>(
            () => model.Hidden(new() { InputIds = ids, AttentionMask = mask })).Message.ShouldContain("hole in row 0");
        Should.Throw<ArgumentException>(
            () => model.Hidden(new() { InputIds = ids, AdapterPerRow = ["a", null] })).Message.ShouldContain(
                "'a' is not loaded");
    }

    [Fact]
    public void Hidden_CacheInPieces_EqualsOnePass()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load(Path.Combine(Fixtures.Require("models"), "gemma2"));
        var ids = tensor(Ids).unsqueeze(0);
        var whole = model.Hidden(new() { InputIds = ids });
        using var cache = new KeyValueCache(model.Config, 1, 2);
        var parts = new[] { (0, 3), (3, 4), (7, 1) }
            .Select(part => model.Hidden(new() { InputIds = ids.narrow(1, part.Item1, part.Item2), Cache = cache }));
        ModelFixture.MaxDifference(cat([.. parts], 1), whole.to(ScalarType.Float64)).ShouldBeLessThan(1e-5);
        cache.Lengths.ShouldBe([8]);
    }

    [Fact]
    public void Cache_RowsOfDifferentLength_ContinueAsIfAlone()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Load(Path.Combine(Fixtures.Require("models"), "mistral-sliding"));
        using var first = new KeyValueCache(model.Config, 1, 1);
        using var second = new KeyValueCache(model.Config, 1, 1);
        model.Hidden(new() { InputIds = tensor(Ids).unsqueeze(0), Cache = first });
        model.Hidden(new() { InputIds = tensor(Ids[..3]).unsqueeze(0), Cache = second });
        first.Append(second);
        first.Select([1, 0]);
        first.Lengths.ShouldBe([3, 8]);
        var next = model.Hidden(new() { InputIds = tensor(new long[] { 7, 8 }).view(2, 1), Cache = first });
        var alone = model.Hidden(new() { InputIds = tensor(new long[] { 3, 14, 15, 7 }).unsqueeze(0) });
        ModelFixture.MaxDifference(next[0][0], alone[0][3].to(ScalarType.Float64)).ShouldBeLessThan(1e-5);
        alone = model.Hidden(new() { InputIds = tensor([.. Ids, 8]).unsqueeze(0) });
        ModelFixture.MaxDifference(next[1][0], alone[0][8].to(ScalarType.Float64)).ShouldBeLessThan(1e-5);
    }

    [Theory]
    [InlineData(WeightQuantization.Int8, 0.05)]
    [InlineData(WeightQuantization.Nf4, 0.4)]
    [InlineData(WeightQuantization.Nf4Double, 0.4)]
    public void Load_Quantized_StaysNearAndSavesMemory(WeightQuantization quantization, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var directory = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
        using var full = Load(directory);
        using var small = CausalLanguageModel.Load(directory, new() { Threads = 1, Quantization = quantization });
        var input = new ModelInput { InputIds = tensor(Ids).unsqueeze(0) };
        var (ours, reference) =
            (small.Logits(small.Hidden(input)).log_softmax(-1), full.Logits(full.Hidden(input)).log_softmax(-1));
        var difference = (ours - reference).abs().mean().item<float>();
        difference.ShouldBeInRange(1e-5f, (float)tolerance);
        small.WeightBytes.ShouldBeLessThan(full.WeightBytes * 2 / 3);
    }

    [Fact]
    public void Load_WeightsOverTheFile_MayBeChangedWithoutChangingIt()
    {
        using var directory = new TempDirectory();
        var source = Path.Combine(Fixtures.Require("models"), "llama");
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(source, name), directory.Combine(name));
        }

        using (var model = Load(directory.Path))
        {
            using var mode = no_grad();
            model.Parameters.ToList().ForEach(p => p.Value.mul_(2));
        }

        File.ReadAllBytes(directory.Combine("model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(source, "model.safetensors")));
    }

    [Fact]
    public void Choose_Threads_SetsAndSaysWhy()
    {
        var (count, reason) = CpuThreads.Choose(1);
        (count, get_num_threads()).ShouldBe((1, 1));
        reason.ShouldContain("asked for");
        Should.Throw<ArgumentOutOfRangeException>(() => CpuThreads.Choose(0));
    }

    private static CausalLanguageModel Load(string directory) =>
        CausalLanguageModel.Load(directory, new() { Threads = 1 });

    private static void Fuse(string source, string target)
    {
        var config = File.ReadAllText(Path.Combine(source, "config.json"))
            .Replace("\"model_type\": \"llama\"", "\"model_type\": \"phi3\"", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(target, "config.json"), config);
        using var file = SafeTensorsFile.Open(Path.Combine(source, "model.safetensors"));
        var items = file.Header.Entries.ToDictionary(e => e.Name, e => (e.Shape, Bytes: file.Bytes(e.Name).ToArray()));
        for (var layer = 0; layer < 2; layer++)
        {
            Join(items, $"model.layers.{layer}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv_proj");
            Join(items, $"model.layers.{layer}.mlp.", ["gate_proj", "up_proj"], "gate_up_proj");
        }

        SafeTensorsWriter.Write(
            Path.Combine(target, "model.safetensors"),
            items.Select(
                item => SafeTensorsItem.Of(item.Key, SafeTensorsDType.F32, item.Value.Shape, item.Value.Bytes)));
    }

    private static void Join(
        Dictionary<string, (long[] Shape, byte[] Bytes)> items, string prefix, string[] parts, string name)
    {
        var found = parts.Select(part => items[$"{prefix}{part}.weight"]).ToList();
        items[$"{prefix}{name}.weight"] =
            ([found.Sum(part => part.Shape[0]), found[0].Shape[1]], [.. found.SelectMany(part => part.Bytes)]);
        parts.ToList().ForEach(part => items.Remove($"{prefix}{part}.weight"));
    }
}
