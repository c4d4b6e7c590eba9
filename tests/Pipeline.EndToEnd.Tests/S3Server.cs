using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.EndToEnd.Tests;

/// <summary>An S3 server over a folder, with one bucket.</summary>
public sealed class S3Server : IDisposable
{
    public const string Key = "pipeline-test";
    private readonly Process _process;

    private S3Server(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public IReadOnlyList<string> Settings =>
        ["store.kind=s3", "store.s3.bucket=pipeline", $"store.s3.endpoint=http://127.0.0.1:{Port}"];

    public static async Task<S3Server> StartAsync(string folder)
    {
        var program = Fixtures.RequireTool("VERSITYGW");
        Directory.CreateDirectory(Path.Combine(folder, "pipeline"));
        var port = FreePort();
        var start = new ProcessStartInfo(program, ["--port", $"127.0.0.1:{port}", "posix", folder])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ROOT_ACCESS_KEY_ID"] = Key;
        start.Environment["ROOT_SECRET_ACCESS_KEY"] = Key;
        var server = new S3Server(
            Process.Start(start) ?? throw new InvalidOperationException("the S3 server did not start"), port);
        server._process.OutputDataReceived += (_, _) => { };
        server._process.BeginOutputReadLine();
        server._process.ErrorDataReceived += (_, _) => { };
        server._process.BeginErrorReadLine();
        await Task.Delay(500);
        return server;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
