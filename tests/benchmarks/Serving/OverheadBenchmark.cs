using System.Diagnostics;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;

namespace Benchmarks.Serving;

/// <summary>
/// Processor time of a token under adapters beside merged weights, for prompts and for answers, at 1, 4 and 16 distinct
/// adapters in a batch.
/// One thread, interleaved rounds, processor time of this process: other work on the machine hardly shows.
/// </summary>
internal static class OverheadBenchmark
{
    private const int Rows = 16;
    private const int PromptTokens = 256;

    public static async Task<int> RunAsync()
    {
        foreach (var (label, rank, targets) in ((string, int, IReadOnlyList<string>)[])
            [("r8 q,v", 8, LoraConfig.DefaultTargets), ("r16 all projections", 16, LoraConfig.AllProjections)])
        {
            var folder = Directory.CreateTempSubdirectory("serving-bench-").FullName;
            Bench.MakeAdapters(folder, Rows, rank, targets);
            await using var merged = await StartAsync(folder, merge: true);
            await using var engine = await StartAsync(folder, merge: false);
            var times = new Dictionary<(int Distinct, bool Prefill), List<double>>();
            for (var round = 0; round < 7; round++)
            {
                foreach (var prefill in (bool[])[true, false])
                {
                    foreach (var distinct in (int[])[0, 1, 4, 16])
                    {
                        var seconds =
                            await MeasureAsync(distinct == 0 ? merged.Engine : engine.Engine, distinct, prefill);
                        if (round > 0)
                        {
                            (times.TryGetValue((distinct, prefill), out var list)
                                ? list : times[(distinct, prefill)] = []).Add(seconds);
                        }
                    }
                }
            }

            foreach (var ((distinct, prefill), list) in times)
            {
                var (own, plain) = (Bench.Median(list), Bench.Median(times[(0, prefill)]));
                Console.WriteLine(
                    $"{label}, {(prefill ? "prompt" : "answer")}: "
                        + $"{(distinct == 0 ? "merged" : $"{distinct} adapters"),-12} {1e6 * own,7:f1} µs/token  "
                        + $"{own / plain - 1:+0.0 %;-0.0 %} over merged");
            }

            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task<double> MeasureAsync(GenerationEngine engine, int distinct, bool prefill)
    {
        var (prompt, answer) = prefill ? (PromptTokens, 1) : (8, 48);
        using var process = Process.GetCurrentProcess();
        var start = process.TotalProcessorTime;
        await Task.WhenAll(
            Enumerable.Range(0, Rows)
                .Select(i =>
                    Bench.DrainAsync(
                        engine, Bench.Prompt(i, prompt), distinct == 0 ? null : $"a{i % distinct}", answer)));
        process.Refresh();
        return (process.TotalProcessorTime - start).TotalSeconds / (Rows * (prefill ? PromptTokens : answer));
    }

    private static async Task<Host> StartAsync(string folder, bool merge)
    {
        var model = CausalLanguageModel.Load(Bench.ModelDirectory, new ModelLoadOptions { Threads = 1 });
        if (merge)
        {
            using var mode = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            LoraAdapter.Load(model, Path.Combine(folder, "a0")).Merge();
        }

        var engine = new GenerationEngine(model, new GenerationOptions { MaxBatch = Rows, PrefixCache = false });
        for (var i = 0; i < Rows && !merge; i++)
        {
            await engine.LoadAdapterAsync($"a{i}", AdapterContent.Read(Path.Combine(folder, $"a{i}")));
        }

        return new Host(model, engine);
    }

    private sealed record Host(CausalLanguageModel Model, GenerationEngine Engine) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Engine.DisposeAsync();
            Model.Dispose();
        }
    }
}
