using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Models;

public sealed class DevicePlacementTests
{
    private static readonly string Bookworm = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
    private static readonly long[] Ids = [300, 14, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26];

    [Fact]
    public void S0_25_Automatic_WithCaps_FillsDevicesInOrderAndTheRestGoesToTheCpu()
    {
        var config = ModelConfigReader.Read(Bookworm);
        var (rest, layer) = Sizes(config);
        var (one, two) = (new Device(DeviceType.CUDA, 0), new Device(DeviceType.CUDA, 1));
        var placement = DevicePlacement.Automatic(config, [new(one, rest + 2 * layer), new(two, layer + layer / 2)], 4);
        placement.Main.ToString().ShouldBe("cuda:0");
        placement.Layers.Select(device => device.ToString()).ShouldBe(
            ["cuda:0", "cuda:0", "cuda:1", .. Enumerable.Repeat("cpu", config.LayerCount - 3)]);
        placement.ToString().ShouldBe(
            $"embedding, norm and head on cuda:0; layers 0–1 on cuda:0, 2 on cuda:1, 3–{config.LayerCount - 1} on cpu");
        DevicePlacement.Automatic(config, [new(one, rest - 1), new(two, long.MaxValue)], 4).ToString()
            .ShouldBe($"embedding, norm and head on cuda:1; layers 0–{config.LayerCount - 1} on cuda:1");
    }

    [Fact]
    public void S0_25_SplitModel_GivesTheLogitsOfTheWhole()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (rest, layer) = Sizes(ModelConfigReader.Read(Bookworm));
        using var folder = new TempDirectory();
        var lines = new List<string>();
        using var whole = CausalLanguageModel.Load(Bookworm, new() { Threads = 1, DType = ScalarType.Float32 });
        // Two names of one device: states go through every crossing, although no second device is needed.
        using var split = CausalLanguageModel.Load(Bookworm, new()
        {
            Threads = 1,
            DType = ScalarType.Float32,
            Rooms = [new(new Device(DeviceType.CPU, 0), rest + layer), new(CPU, layer)],
            Log = lines.Add,
        });
        lines.ShouldContain(line => line.StartsWith("embedding, norm and head on cpu", StringComparison.Ordinal)
            && line.Contains("; layers 0 on ", StringComparison.Ordinal));
        split.Placement.Layers.Select(device => device.index).Distinct().Count().ShouldBe(2);
        Difference(whole, split).ShouldBeLessThan(1e-5);
        var adapter = LoraAdapter.Create(whole, LoraPresets.Default with { Dropout = 0 }, seed: 1);
        adapter.Parameters.ToList().ForEach(p => p.Value.normal_(0, 0.02));
        adapter.Save(folder.Path);
        LoraAdapter.Load(split, folder.Path);
        Difference(whole, split).ShouldBeLessThan(1e-5);
    }

    // With a cache, so that it too sees states of every device.
    private static double Difference(CausalLanguageModel one, CausalLanguageModel other)
    {
        var (first, second) = (Logits(one), Logits(other));
        return second.Gap(first);
    }

    private static Tensor Logits(CausalLanguageModel model)
    {
        using var cache = new KeyValueCache(model.Config, 1, 4, model.DType, model.Device);
        var parts = Ids.Chunk(5)
            .Select(ids => model.Logits(model.Hidden(new() { InputIds = tensor(ids).unsqueeze(0), Cache = cache })));
        return cat([.. parts], 1);
    }

    private static (long Others, long Layer) Sizes(ModelConfig config)
    {
        var bytes = ModelShapes.Tensors(config).ToLookup(
            tensor => tensor.Name.StartsWith("model.layers.", StringComparison.Ordinal),
            tensor => 4 * tensor.Shape.Aggregate(1L, (a, b) => a * b));
        return (bytes[false].Sum(), bytes[true].Sum() / config.LayerCount);
    }
}
