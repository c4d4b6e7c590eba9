using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Pipeline.Gateway;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Text;

namespace Benchmarks.Serving;

/// <summary>
/// A server in a process of its own: it says when it listens, and for each line that it reads what it has used so far.
/// </summary>
internal sealed class HopServer : IDisposable
{
    private readonly Process _process;

    public HopServer(string kind, int port)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HopServer).Assembly.Location, "hop-serve", kind, $"{port}"])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("the server did not start");
        _process.StandardOutput.ReadLine();
    }

    /// <summary>Processor time in microseconds and allocated bytes since the start.</summary>
    public (double Microseconds, double Bytes) Used()
    {
        _process.StandardInput.WriteLine();
        var parts = (_process.StandardOutput.ReadLine() ?? throw new IOException("the server ended")).Split(' ');
        return (double.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
            double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    public static async Task<int> RunAsync(string kind, int port)
    {
        await using var app = kind == "echo" ? Echo(port) : GatewayApp.Build(
            new GatewayOptions { BaseName = "bookworm", Port = port },
            new GatewayParts { Engine = new InstantEngine(), Codec = ModelTextCodec.Load(Bench.ModelDirectory) });
        await app.StartAsync();
        await Console.Out.WriteLineAsync("listening");
        while (await Console.In.ReadLineAsync() is not null)
        {
            await Console.Out.WriteLineAsync(FormattableString.Invariant(
                $"{Environment.CpuUsage.TotalTime.TotalMicroseconds:f0} {GC.GetTotalAllocatedBytes()}"));
        }

        return 0;
    }

    private static WebApplication Echo(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                "{\"id\":\"x\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"x\"}}]}");
        });
        return app;
    }
}
