using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Pipeline.Gateway;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Text;

namespace Benchmarks.Serving;

/// <summary>
/// Latency of the gateway with an engine that answers at once, beside a bare echo server and nginx in front of it: what
/// a request pays for access check, parsing, template, tokenizer, routing, queue, accounting and JSON.
/// </summary>
internal static class HopBenchmark
{
    private const string Body =
        "{\"model\":\"bookworm\",\"messages\":[{\"role\":\"user\",\"content\":\"In which section is the package "
            + "zlib1g?\"}],\"max_tokens\":1}";

    public static async Task<int> RunAsync(string? nginx)
    {
        await using var echo = await StartEchoAsync();
        var parts = new GatewayParts
        {
            Engine = new InstantEngine(),
            Codec = ModelTextCodec.Load(Bench.ModelDirectory),
        };
        await using var gateway = GatewayApp.Build(new GatewayOptions { BaseName = "bookworm", Port = 18098 }, parts);
        await gateway.StartAsync();
        var targets = new List<(string Name, string Url)> { ("echo", "http://127.0.0.1:18099/v1/chat/completions"),
            ("gateway", "http://127.0.0.1:18098/v1/chat/completions") };
        if (nginx is not null)
        {
            targets.Insert(1, ("nginx in front of echo", nginx.TrimEnd('/') + "/v1/chat/completions"));
        }

        using var client = new HttpClient();
        async Task AskAsync(string url)
        {
            using var response =
                await client.PostAsync(url, new StringContent(Body, Encoding.UTF8, "application/json"));
            response.EnsureSuccessStatusCode();
            await response.Content.ReadAsByteArrayAsync();
        }

        var times = targets.ToDictionary(target => target.Name, _ => new List<double>());
        // One request after the other, in turns, so that all three see the same machine.
        for (var i = 0; i < 6_000; i++)
        {
            foreach (var (name, url) in targets)
            {
                var start = Stopwatch.GetTimestamp();
                await AskAsync(url);
                if (i >= 1_000)
                {
                    times[name].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        foreach (var (name, list) in times)
        {
            Console.WriteLine(
                $"{name}: p50 {Bench.Median(list):f3} ms, p99 {Bench.Quantile(list, 0.99):f3} ms; over echo "
                    + $"{Bench.Median(list) - Bench.Median(times["echo"]):f3} ms at p50");
        }

        // Client and servers but nginx are this process, so the difference to the echo server is the gateway's own.
        var echoCost = await CostAsync(targets[0].Url);
        var gatewayCost = await CostAsync(targets[^1].Url);
        Console.WriteLine(
            $"gateway over echo: {gatewayCost.Microseconds - echoCost.Microseconds:f0} µs of processor time and "
                + $"{(gatewayCost.Bytes - echoCost.Bytes) / 1024.0:f1} KiB allocated a request");

        async Task<(double Microseconds, double Bytes)> CostAsync(string url)
        {
            const int count = 3_000;
            var (time, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            for (var i = 0; i < count; i++)
            {
                await AskAsync(url);
            }

            return ((Environment.CpuUsage.TotalTime - time).TotalMicroseconds
                / count, (double)(GC.GetTotalAllocatedBytes() - bytes) / count);
        }

        return 0;
    }

    private static async Task<WebApplication> StartEchoAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 18099));
        var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                "{\"id\":\"x\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"x\"}}]}");
        });
        await app.StartAsync();
        return app;
    }
}
