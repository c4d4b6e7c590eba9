using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Pipeline.Testing;

/// <summary>An S3 server over a folder, with one bucket.</summary>
public sealed class S3Server : IDisposable
{
    /// <summary>Both halves of the credentials.</summary>
    public const string Key = "pipeline-test";

    /// <summary>Its only bucket.</summary>
    public const string Bucket = "pipeline";

    private readonly Process _process;

    private S3Server(Process process, int port) =>
        (_process, Endpoint) = (process, new Uri($"http://127.0.0.1:{port}"));

    /// <summary>Address on loopback.</summary>
    public Uri Endpoint { get; }

    /// <summary>Settings of a deployment that uses the bucket.</summary>
    public IReadOnlyList<string> Settings =>
        ["store.kind=s3", $"store.s3.bucket={Bucket}", $"store.s3.endpoint={Endpoint.OriginalString}"];

    /// <summary>Starts the server that VERSITYGW names; without one the test is skipped.</summary>
    /// <param name="folder">Where the objects lie as files.</param>
    /// <returns>The server, which listens.</returns>
    public static async Task<S3Server> StartAsync(string folder)
    {
        var program = Fixtures.RequireTool("VERSITYGW");
        Directory.CreateDirectory(Path.Combine(folder, Bucket));
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
        await ListeningAsync(port);
        return server;
    }

    /// <summary>Ends the server.</summary>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task ListeningAsync(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
