using System.Diagnostics;
using Temporalio.Client;
using Temporalio.Testing;

namespace Benchmarks.Temporal;

/// <summary>
/// Our worker and the peer's on one server, in turns: the same client drives both, so only the worker differs.
/// </summary>
internal static class Comparison
{
    private const int IdleRuns = 1000;
    private static readonly string Root = Environment.GetEnvironmentVariable("PIPELINE_ROOT")
        ?? Environment.CurrentDirectory;

    public static async Task<int> RunAsync(int rounds)
    {
        var peer = Path.Combine(Root, ".pipeline", "test-tools", "temporal-bench");
        if (!Directory.Exists(Path.Combine(peer, "node_modules", "@temporalio", "worker")))
        {
            await Console.Error.WriteLineAsync(
                $"error: {peer} has no @temporalio/worker; start this benchmark with tests/benchmarks/Temporal/run.sh");
            return 2;
        }

        var program = Environment.GetEnvironmentVariable("TEMPORAL_CLI") is { Length: > 0 } cli
            ? cli : Path.Combine(Root, "infra", "embedded-temporal", "temporal");
        await using var environment = await WorkflowEnvironment.StartLocalAsync(new()
        {
            DevServerOptions = new()
            {
                ExistingPath = program,
                StartupTimeout = TimeSpan.FromMinutes(1),
                ExtraArgs = ["--log-level", "error"],
            },
        });
        var address = environment.Client.Connection.Options.TargetHost!;
        await Console.Out.WriteLineAsync($"server: {program}");
        var results = new Results();
        using var ours = await WorkerUnderTest.StartAsync(
            "ours", "bench-ours", "dotnet", typeof(Comparison).Assembly.Location, "worker", address, "bench-ours");
        using var theirs = await WorkerUnderTest.StartAsync(
            "peer", "bench-peer", "node", Path.Combine(peer, "peer.mjs"), address, "bench-peer", peer);
        foreach (var worker in new[] { ours, theirs })
        {
            await RunManyAsync(environment.Client, worker, 5, "sequential", 2);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var worker in round % 2 == 0 ? [ours, theirs] : new[] { theirs, ours })
            {
                await RoundAsync(environment.Client, worker, results);
            }
        }

        foreach (var worker in new[] { ours, theirs })
        {
            results.Add("memory before, MB", worker.Name, worker.Megabytes);
            await FillAsync(environment.Client, worker);
            results.Add($"memory with {IdleRuns} idle workflows, MB", worker.Name, worker.Megabytes);
        }

        await Console.Out.WriteLineAsync(results.ToString());
        return 0;
    }

    private static async Task RoundAsync(ITemporalClient client, WorkerUnderTest worker, Results results)
    {
        foreach (var count in new[] { 0, 1, 10, 100 })
        {
            var runs = count == 100 ? 1 : 10;
            var (cpu, watch) = (worker.CpuMilliseconds, Stopwatch.StartNew());
            var latencies = new List<double>();
            for (var i = 0; i < runs; i++)
            {
                latencies.AddRange(await RunManyAsync(client, worker, 1, "sequential", count));
            }

            results.Add($"{count} sequential, p50 ms", worker.Name, Results.Percentile(latencies, 0.5));
            results.Add($"{count} sequential, p99 ms", worker.Name, Results.Percentile(latencies, 0.99));
            if (count > 0)
            {
                results.Add(
                    $"{count} sequential, activities/s", worker.Name, count * runs / watch.Elapsed.TotalSeconds);
                results.Add($"{count} sequential, CPU ms an activity", worker.Name,
                    (worker.CpuMilliseconds - cpu) / (count * runs));
            }
        }

        for (var i = 0; i < 5; i++)
        {
            await ManyAsync(client, worker, results, "100 parallel", 1, "parallel", 100, 100);
        }

        await ManyAsync(client, worker, results, "200 workflows", 200, "sequential", 1, 200);
    }

    private static async Task ManyAsync(
        ITemporalClient client, WorkerUnderTest worker, Results results, string what, int runs, string workflow,
        int argument, int activities)
    {
        var (cpu, watch) = (worker.CpuMilliseconds, Stopwatch.StartNew());
        var latencies = await RunManyAsync(client, worker, runs, workflow, argument);
        results.Add($"{what}, activities/s", worker.Name, activities / watch.Elapsed.TotalSeconds);
        results.Add($"{what}, CPU ms an activity", worker.Name, (worker.CpuMilliseconds - cpu) / activities);
        if (runs > 1)
        {
            results.Add($"{what}, workflows/s", worker.Name, runs / watch.Elapsed.TotalSeconds);
            results.Add($"{what}, p50 ms", worker.Name, Results.Percentile(latencies, 0.5));
            results.Add($"{what}, p99 ms", worker.Name, Results.Percentile(latencies, 0.99));
        }
    }

    private static async Task<double[]> RunManyAsync(
        ITemporalClient client, WorkerUnderTest worker, int runs, string workflow, int argument) =>
        await Task.WhenAll(Enumerable.Range(0, runs).Select(async _ =>
        {
            var watch = Stopwatch.StartNew();
            await client.ExecuteWorkflowAsync(workflow, [argument], new($"bench-{Guid.NewGuid()}", worker.Queue));
            return watch.Elapsed.TotalMilliseconds;
        }));

    private static async Task FillAsync(ITemporalClient client, WorkerUnderTest worker)
    {
        var handles = new List<WorkflowHandle>();
        for (var i = 0; i < IdleRuns; i += 50)
        {
            handles.AddRange(
                await Task.WhenAll(
                    Enumerable.Range(i, 50)
                        .Select(number =>
                            client.StartWorkflowAsync("idle", [], new($"idle-{worker.Name}-{number}", worker.Queue)))));
        }

        foreach (var handle in handles)
        {
            while ((await handle.DescribeAsync()).HistoryLength < 4)
            {
                await Task.Delay(100);
            }
        }
    }
}
