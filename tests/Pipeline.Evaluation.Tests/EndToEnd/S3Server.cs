using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Evaluation.Tests.EndToEnd;

/// <summary>A real S3 server on loopback with one bucket, <c>bench</c>.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    private readonly Process _process;

    private S3Server(Process process, Uri endpoint)
    {
        (_process, Endpoint) = (process, endpoint);
        Store = new S3ObjectStore(new S3StoreOptions { Bucket = "bench", Endpoint = endpoint },
            new BasicAWSCredentials("testkey", "testsecret"));
    }

    public Uri Endpoint { get; }

    public S3ObjectStore Store { get; }

    /// <summary>Environment of a process that reads the bucket.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["PIPELINE_STORE__S3__ENDPOINT"] = Endpoint.ToString(),
        ["AWS_ACCESS_KEY_ID"] = "testkey",
        ["AWS_SECRET_ACCESS_KEY"] = "testsecret",
    };

    public static async Task<S3Server> StartAsync(TempDirectory folder)
    {
        var program = Fixtures.RequireTool("VERSITYGW");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Directory.CreateDirectory(folder.Combine("s3", "bench"));
        var process = Process.Start(new ProcessStartInfo(
            program, ["--port", $"127.0.0.1:{port}", "--access", "testkey", "--secret", "testsecret", "posix",
                folder.Combine("s3")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("the S3 server did not start");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return new S3Server(process, new Uri($"http://127.0.0.1:{port}"));
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
