using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.Gateway.Adapters;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Peft;

namespace Benchmarks.Serving;

/// <summary>
/// 2,000 registered adapters, 200 requested at random through a cache of 64: memory, load times, throughput beyond the
/// cache's size.
/// </summary>
internal static class AdapterBenchmark
{
    private const int Registered = 2_000;
    private const int Cached = 64;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("serving-bench-").FullName;
        Bench.MakeAdapters(folder, 200, 8, LoraConfig.DefaultTargets);
        using var model = Bench.Load();
        await using var engine = new GenerationEngine(model, new GenerationOptions { MaxBatch = 16 });
        var events = new LoadTimes();
        var cache = new AdapterCache(engine, Cached, Cached, events);
        // The other 1,800 share the files of the first 200 under names of their own.
        var adapters = Enumerable.Range(0, Registered)
            .Select(i => AdapterFiles.Inspect($"n{i}", "1", Path.Combine(folder, $"a{i % 200}"), 64)).ToList();
        var wanted = Enumerable.Range(0, 200).Select(i => i * 10).ToArray();
        await RunManyAsync(engine, cache, adapters, [.. wanted.Take(16)], 64);
        var before = Memory();
        var inside = await RunManyAsync(engine, cache, adapters, [.. wanted.Take(Cached)], 400);
        events.Seconds.Clear();
        var twice = await RunManyAsync(engine, cache, adapters, [.. wanted.Take(2 * Cached)], 400);
        var many = await RunManyAsync(engine, cache, adapters, wanted, 600);
        Console.WriteLine(
            $"requests/s: {inside:f0} within the cache of {Cached}, {twice:f0} at twice its size "
                + $"({twice / inside:p0}), {many:f0} over 200 of {Registered}");
        Console.WriteLine(
            $"cold load p50 {1e3 * Bench.Median(events.Seconds):f1} ms, p95 "
                + $"{1e3 * Bench.Quantile(events.Seconds, 0.95):f1} ms, p99 "
                + $"{1e3 * Bench.Quantile(events.Seconds, 0.99):f1} ms of {events.Seconds.Count} loads");
        Console.WriteLine(
            $"resident memory {before:f0} MB before, {Memory():f0} MB after; {engine.Status().Adapters} adapters "
                + $"loaded");
        await StallAsync(engine, cache, adapters);
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task<double> RunManyAsync(
        GenerationEngine engine, AdapterCache cache, List<ServedAdapter> adapters, int[] wanted, int requests)
    {
        var random = new Random(1);
        var order = Enumerable.Range(0, requests).Select(_ => wanted[random.Next(wanted.Length)]).ToArray();
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            order, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (index, cancellation) =>
        {
            using var lease = await cache.AcquireAsync(adapters[index], cancellation);
            await Bench.DrainAsync(engine, Bench.Prompt(index, 16), lease.Adapter.EngineName, 8);
        });
        return requests / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Time between the tokens of one stream, alone and while 100 other adapters are loaded.
    private static async Task StallAsync(GenerationEngine engine, AdapterCache cache, List<ServedAdapter> adapters)
    {
        var alone = await GapsAsync(engine);
        var loading = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                (await cache.AcquireAsync(adapters[(i * 10) + 1])).Dispose();
            }
        });
        var beside = await GapsAsync(engine);
        await loading;
        Console.WriteLine(
            $"time between tokens p50/p99: {1e3 * Bench.Median(alone):f2}/{1e3 * Bench.Quantile(alone, 0.99):f2} ms "
            + $"alone, "
            + $"{1e3 * Bench.Median(beside):f2}/{1e3 * Bench.Quantile(beside, 0.99):f2} ms while 100 adapters are "
            + $"loaded");
    }

    private static async Task<List<double>> GapsAsync(GenerationEngine engine)
    {
        var stream = engine.Submit(
            new GenerationRequest { Prompt = Bench.Prompt(1, 16), Sampling = new SamplingOptions { MaxTokens = 400 } });
        var (gaps, last) = (new List<double>(), Stopwatch.GetTimestamp());
        await foreach (var token in stream.ReadAllAsync())
        {
            gaps.Add(Stopwatch.GetElapsedTime(last).TotalSeconds);
            last = Stopwatch.GetTimestamp();
        }

        return gaps;
    }

    private static double Memory()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    private sealed class LoadTimes : IAdapterCacheEvents
    {
        public ConcurrentBag<double> Seconds { get; } = [];

        public void Hit(ServedAdapter adapter)
        {
        }

        public void Loaded(ServedAdapter adapter, TimeSpan duration) => Seconds.Add(duration.TotalSeconds);

        public void Evicted(ServedAdapter adapter)
        {
        }

        public void Failed(ServedAdapter adapter, Exception error) =>
            throw new InvalidOperationException(adapter.Id, error);
    }
}
