using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Gateway;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Benchmarks.Serving;

/// <summary>
/// A fixed load for a time: chats, streams, streams that the client leaves, embeddings, over 24 adapters through a
/// cache of 12.
/// Prints memory, errors and latency of each tenth of it; a leak would show as growth after the first tenths.
/// </summary>
internal static class SoakBenchmark
{
    private const int Adapters = 24;

    public static async Task<int> RunAsync(double minutes, double requestsPerSecond)
    {
        var folder = Directory.CreateTempSubdirectory("serving-bench-").FullName;
        Bench.MakeAdapters(Path.Combine(folder, "adapters"), Adapters, 8, LoraConfig.DefaultTargets);
        using var model = CausalLanguageModel.Load(Bench.ModelDirectory, new ModelLoadOptions { Threads = 1 });
        await using var engine = new GenerationEngine(model, new GenerationOptions { MaxBatch = 16 });
        var parts = new GatewayParts { Engine = engine, Codec = ModelTextCodec.Load(Bench.ModelDirectory) };
        AdapterFolder.Scan(Path.Combine(folder, "adapters"), 64, Console.Error.WriteLine).ToList()
            .ForEach(parts.Catalog.Add);
        var options = new GatewayOptions
        {
            BaseName = "bookworm",
            Port = 0,
            MaxLoras = 12,
            MaxCpuLoras = 12,
            StateFolder = Path.Combine(folder, "state"),
            SampleShare = 0.05,
        };
        await using var app = GatewayApp.Build(options, parts);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
            .First() ?? "";
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        var failed = 0;
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            failed += await TenthAsync(client, engine, tenth, TimeSpan.FromMinutes(minutes / 10), requestsPerSecond);
        }

        var idle = Stopwatch.GetTimestamp();
        while (engine.Status().Running > 0 && Stopwatch.GetElapsedTime(idle) < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(50);
        }

        Console.WriteLine(
            $"{failed} errors; {engine.Status().Running} sequences and {engine.Status().Adapters} adapters left");
        await app.StopAsync();
        Directory.Delete(folder, recursive: true);
        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> TenthAsync(
        HttpClient client, GenerationEngine engine, int tenth, TimeSpan duration, double rate)
    {
        var (times, running, random, failed) = (new List<double>(), new List<Task>(), new Random(tenth), 0);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(start) < duration; i++)
        {
            var (kind, adapter) = (i % 8, random.Next(Adapters + 1));
            running.Add(Task.Run(async () =>
            {
                var began = Stopwatch.GetTimestamp();
                try
                {
                    await OneAsync(client, kind, adapter == Adapters ? "bookworm" : $"a{adapter}");
                    lock (times)
                    {
                        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    }
                }
                catch (HttpRequestException exception)
                {
                    Console.Error.WriteLine(exception.Message);
                    Interlocked.Increment(ref failed);
                }
            }));
            var due = TimeSpan.FromSeconds((i + 1) / rate) - Stopwatch.GetElapsedTime(start);
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
        }

        await Task.WhenAll(running);
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"{tenth,2}: {times.Count} requests, p50 {Bench.Median(times):f0} ms, p99 "
            + $"{Bench.Quantile(times, 0.99):f0} ms, {failed} errors; resident {process.WorkingSet64 / 1e6:f0} MB, "
            + $"managed {GC.GetTotalMemory(forceFullCollection: true) / 1e6:f1} MB, {process.Threads.Count} threads, "
            + $"{process.HandleCount} handles, {engine.Status().Adapters} adapters");
        return failed;
    }

    private static async Task OneAsync(HttpClient client, int kind, string model)
    {
        var chat = new
        {
            model,
            messages = new[] { new { role = "user", content = "In which section is zlib1g?" } },
            max_tokens = 16,
            stream = kind is 1 or 2,
            ignore_eos = true
        };
        using var request =
            new HttpRequestMessage(HttpMethod.Post, kind == 3 ? "/v1/embeddings" : "/v1/chat/completions");
        request.Content = kind == 3
            ? JsonContent.Create(new { model, input = "a shared library for compressing files" })
            : JsonContent.Create(chat);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        // Some clients leave after the first event.
        await (kind == 2 ? body.ReadExactlyAsync(new byte[64]).AsTask() : body.CopyToAsync(Stream.Null));
    }
}
