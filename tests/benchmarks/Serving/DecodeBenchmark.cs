using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Benchmarks.Serving;

/// <summary>
/// Decoding throughput of 64 sequences in processor time of one thread: base only, one adapter, 8 and 64 distinct ones
/// in the same batch; interleaved rounds.
/// </summary>
internal static class DecodeBenchmark
{
    public static async Task<int> RunAsync()
    {
        foreach (var (label, rank, targets) in ((string, int, IReadOnlyList<string>)[])
            [("r8 q,v", 8, LoraConfig.DefaultTargets), ("r16 all projections", 16, LoraConfig.AllProjections)])
        {
            var folder = Directory.CreateTempSubdirectory("serving-bench-").FullName;
            Bench.MakeAdapters(folder, 64, rank, targets);
            using var model = CausalLanguageModel.Load(Bench.ModelDirectory, new ModelLoadOptions { Threads = 1 });
            await using var engine =
                new GenerationEngine(model, new GenerationOptions { MaxBatch = 64, PrefixCache = false });
            for (var i = 0; i < 64; i++)
            {
                await engine.LoadAdapterAsync($"a{i}", AdapterContent.Read(Path.Combine(folder, $"a{i}")));
            }

            var rates = new Dictionary<int, List<double>> { [0] = [], [1] = [], [8] = [], [64] = [] };
            for (var round = 0; round < 6; round++)
            {
                foreach (var (distinct, list) in rates)
                {
                    var rate = await Bench.TokensPerSecondAsync(
                        engine, [.. Enumerable.Range(0, 64).Select(i => distinct == 0 ? null : $"a{i % distinct}")],
                        24);
                    if (round > 0)
                    {
                        list.Add(rate);
                    }
                }
            }

            var baseline = Bench.Median(rates[0]);
            foreach (var (distinct, list) in rates)
            {
                Console.WriteLine(
                    $"{label}: {distinct,2} adapters  {Bench.Median(list),7:f0} tokens/s of processor time  "
                        + $"{Bench.Median(list) / baseline:p0} of base only");
            }

            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }
}
