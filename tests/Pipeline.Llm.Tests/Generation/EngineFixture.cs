using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Llm.Tests.Generation;

/// <summary>The shipped base model with an engine, and tiny adapters made from seeds.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    public EngineFixture(GenerationOptions? options = null)
    {
        Model = CausalLanguageModel.Load(ModelDirectory, new() { Threads = 1 });
        Engine = new GenerationEngine(Model, options);
    }

    public static string ModelDirectory => Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");

    public CausalLanguageModel Model { get; }

    public GenerationEngine Engine { get; }

    public TempDirectory Directory { get; } = new();

    /// <summary>Adapter directories whose updates are large enough to change every answer.</summary>
    public static void MakeAdapters(
        string folder, int count, int rank = 4, IReadOnlyList<string>? targets = null) => MakeAdapters(
        folder, [
            .. Enumerable.Repeat(
                new LoraConfig { Rank = rank, Alpha = rank * 8, TargetModules = targets ?? LoraConfig.AllProjections },
                count)]);

    /// <summary>The same, for adapters of any kind.</summary>
    public static void MakeAdapters(string folder, IReadOnlyList<LoraConfig> configs)
    {
        using var model = CausalLanguageModel.Load(ModelDirectory, new() { Threads = 1 });
        for (var i = 0; i < configs.Count; i++)
        {
            var adapter = LoraAdapter.Create(model, configs[i], seed: i, name: "made");
            using var scope = TorchSharp.torch.NewDisposeScope();
            using var mode = TorchSharp.torch.no_grad();
            using var random = new TorchSharp.torch.Generator((ulong)i);
            foreach (var (name, value) in adapter.Parameters.Where(
                pair => !pair.Name.Contains("lora_A", StringComparison.Ordinal)))
            {
                value.add_(TorchSharp.torch.randn(value.shape, generator: random) * 0.02);
            }

            adapter.Save(Path.Combine(folder, $"a{i}"));
            adapter.Remove();
        }
    }

    public async Task<int[]> RunAsync(
        int[] prompt, string? adapter = null, int tokens = 24, SamplingOptions? sampling = null, string scope = "")
    {
        var stream = Engine.Submit(new GenerationRequest
        {
            Prompt = prompt,
            Adapter = adapter,
            CacheScope = scope,
            Sampling = (sampling ?? new SamplingOptions()) with { MaxTokens = tokens },
        });
        return [.. await stream.ReadAllAsync().Select(token => token.Id).ToListAsync()];
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Model.Dispose();
        Directory.Dispose();
    }
}
