using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>A server process on a free loopback port; ends with the test.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private readonly Process _process;

    private EngineProcess(Process process, string address, Uri ui) => (_process, Address, Ui) = (process, address, ui);

    public string Address { get; }

    /// <summary>The address of the UI port, where there is one.</summary>
    public Uri Ui { get; }

    /// <summary>
    /// Starts <c>server start-dev</c> of any executable that takes the official flags, and waits until it answers: it
    /// accepts connections before it is healthy.
    /// </summary>
    /// <param name="program">The executable.</param>
    /// <param name="ui">Whether the UI port is opened.</param>
    /// <param name="flags">Further flags.</param>
    public static async Task<EngineProcess> StartAsync(string program, bool ui = false, params string[] flags)
    {
        var port = FreePort();
        var uiPort = FreePort();
        string[] uiFlags = ui ? ["--ui-port", $"{uiPort}"] : ["--headless"];
        var process = Process.Start(new ProcessStartInfo(
            program, ["server", "start-dev", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "error",
                .. uiFlags, .. flags])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{program} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var engine = new EngineProcess(process, $"127.0.0.1:{port}", new Uri($"http://127.0.0.1:{uiPort}/"));
        for (var attempt = 0; attempt < 300; attempt++)
        {
            try
            {
                await TemporalClient.ConnectAsync(new(engine.Address));
                return engine;
            }
            catch (Exception exception)
                when (exception is InvalidOperationException or RpcException && !process.HasExited)
            {
                await Task.Delay(100);
            }
        }

        await engine.DisposeAsync();
        throw new TimeoutException($"{program} did not listen on port {port}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
