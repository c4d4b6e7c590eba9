using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;

namespace Benchmarks.Serving;

/// <summary>What the benchmarks share: the model, adapters from seeds, quantiles.</summary>
internal static class Bench
{
    public static string ModelDirectory { get; } = Path.Combine(FindRoot(), "infra", "models", "bookworm-6m");

    public static CausalLanguageModel Load() => CausalLanguageModel.Load(ModelDirectory);

    public static void MakeAdapters(string folder, int count, int rank, IReadOnlyList<string> targets)
    {
        using var model = Load();
        using var mode = torch.no_grad();
        for (var i = 0; i < count; i++)
        {
            using var scope = torch.NewDisposeScope();
            var adapter = LoraAdapter.Create(
                model, new LoraConfig { Rank = rank, Alpha = 2 * rank, TargetModules = targets }, seed: i,
                name: "made");
            adapter.Save(Path.Combine(folder, $"a{i}"));
            adapter.Remove();
        }
    }

    public static int[] Prompt(int seed, int length) =>
        [.. Enumerable.Range(0, length).Select(i => 10 + (((i * 37) + (seed * 101)) % 8000))];

    public static async Task<int> DrainAsync(GenerationEngine engine, int[] prompt, string? adapter, int tokens)
    {
        var stream = engine.Submit(
            new GenerationRequest
            {
                Prompt = prompt,
                Adapter = adapter,
                Sampling = new SamplingOptions { MaxTokens = tokens },
            });
        var count = 0;
        await foreach (var token in stream.ReadAllAsync())
        {
            count++;
        }

        return count;
    }

    /// <summary>Tokens per second of processor time: other work on the machine hardly shows.</summary>
    public static async Task<double> TokensPerSecondAsync(
        GenerationEngine engine, IReadOnlyList<string?> adapters, int tokens)
    {
        var start = Environment.CpuUsage.TotalTime;
        var counts =
            await Task.WhenAll(adapters.Select((adapter, i) => DrainAsync(engine, Prompt(i, 16), adapter, tokens)));
        return counts.Sum() / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    public static double Quantile(IEnumerable<double> values, double probability)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(probability * sorted.Length) - 1)];
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
        {
            folder = folder.Parent
                ?? throw new DirectoryNotFoundException($"no Pipeline.sln above {AppContext.BaseDirectory}");
        }

        return folder.FullName;
    }
}
