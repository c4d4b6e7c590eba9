using System.Net;
using System.Net.Sockets;
using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>
/// Opens each kind of store for the contract tests; S3 is a versitygw process shared by the assembly.
/// </summary>
public sealed class TestStores : IAsyncLifetime
{
    public static readonly BasicAWSCredentials Credentials = new("testkey", "testsecret");

    private readonly TempDirectory _directory = new();
    private Process? _gateway;

    public Uri? Endpoint { get; private set; }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("VERSITYGW") is not { Length: > 0 } program || !File.Exists(program))
        {
            return;
        }

        var port = FreePort();
        var data = Directory.CreateDirectory(_directory.Combine("s3")).FullName;
        _gateway = Process.Start(new ProcessStartInfo(
            program, ["--port", $"127.0.0.1:{port}", "--access", "testkey", "--secret", "testsecret", "posix", data])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        _gateway!.OutputDataReceived += (_, _) => { };
        _gateway.ErrorDataReceived += (_, _) => { };
        _gateway.BeginOutputReadLine();
        _gateway.BeginErrorReadLine();
        var endpoint = new Uri($"http://127.0.0.1:{port}");
        using var client = new AmazonS3Client(
            Credentials, new AmazonS3Config
            {
                ServiceURL = endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
            });
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await client.PutBucketAsync("test");
                break;
            }
            catch (Exception exception)
                when (attempt < 100 && exception is HttpRequestException or AmazonClientException)
            {
                await Task.Delay(100);
            }
        }

        Endpoint = endpoint;
    }

    public IObjectStore Open(string kind)
    {
        if (kind == "directory")
        {
            return new DirectoryObjectStore(_directory.Combine(Guid.NewGuid().ToString("N")));
        }

        if (Endpoint is null)
        {
            Assert.Skip("VERSITYGW does not name an S3 server");
        }

        return new S3ObjectStore(
            new S3StoreOptions
            {
                Bucket = "test",
                Endpoint = Endpoint,
                Prefix = Guid.NewGuid().ToString("N"),
                PartBytes = 5 << 20
            }, Credentials);
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is { HasExited: false })
        {
            _gateway.Kill();
            await _gateway.WaitForExitAsync();
        }

        _directory.Dispose();
    }
}
