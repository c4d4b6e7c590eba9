using System.Diagnostics;

namespace Benchmarks.Serving;

/// <summary>
/// Latency of the gateway with an engine that answers at once, beside a bare echo server and nginx in front of it: what
/// a request pays for access check, parsing, template, tokenizer, routing, queue, accounting and JSON. Each server is a
/// process of its own.
/// </summary>
internal static class HopBenchmark
{
    private const int Warm = 4_000;
    private const int Count = 10_000;

    public static int Run(string? nginx)
    {
        using var echo = new HopServer("echo", 18099);
        using var gateway = new HopServer("gateway", 18098);
        List<(string Name, string Address)> targets =
            [("echo", "http://127.0.0.1:18099"), ("gateway", "http://127.0.0.1:18098")];
        if (nginx is not null)
        {
            targets.Insert(1, ("nginx in front of echo", nginx));
        }

        var clients = targets.ConvertAll(target => new HopClient(target.Address));
        var times = targets.ConvertAll(_ => new List<double>(Count));
        var (before, beside) = (gateway.Used(), echo.Used());
        // One request after the other, in turns, so that all see the same machine.
        for (var i = 0; i < Warm + Count; i++)
        {
            if (i == Warm)
            {
                (before, beside) = (gateway.Used(), echo.Used());
            }

            for (var target = 0; target < targets.Count; target++)
            {
                var start = Stopwatch.GetTimestamp();
                clients[target].Ask();
                if (i >= Warm)
                {
                    times[target].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        var (used, plain) = (Difference(gateway.Used(), before), Difference(echo.Used(), beside));
        clients.ForEach(client => client.Dispose());
        foreach (var ((name, _), list) in targets.Zip(times))
        {
            Console.WriteLine(
                $"{name}: p50 {Bench.Median(list):f3} ms, p90 {Bench.Quantile(list, 0.9):f3} ms, p99 "
                    + $"{Bench.Quantile(list, 0.99):f3} ms, over 1 ms {list.Count(time => time > 1) / (double)Count:p2}; "
                    + $"over echo {Bench.Median(list) - Bench.Median(times[0]):f3} ms at p50");
        }

        Console.WriteLine(
            $"processor time a request: gateway {used.Microseconds:f0} µs, echo {plain.Microseconds:f0} µs; allocated "
                + $"{used.Bytes / 1024:f1} KiB, {plain.Bytes / 1024:f1} KiB");
        return 0;
    }

    private static (double Microseconds, double Bytes) Difference(
        (double Microseconds, double Bytes) now, (double Microseconds, double Bytes) then) =>
        ((now.Microseconds - then.Microseconds) / Count, (now.Bytes - then.Bytes) / Count);
}
