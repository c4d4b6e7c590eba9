using System.Diagnostics;
using System.Net.Sockets;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>
/// A second, unrelated S3 implementation (npm s3rver 3.7.1): reads and writes work; its lack of conditional writes is
/// noticed.
/// </summary>
[Trait("Tier", "workflow")]
public sealed class S3rverTests
{
    [Fact]
    public async Task S3rver_ReadsAndWritesWork_ConditionalWritesAreFoundMissing()
    {
        using var directory = new TempDirectory();
        var script = await InstallAsync();
        var port = TestStores.FreePort();
        using var server = Process.Start(new ProcessStartInfo(
            "node", [script, "-d", directory.Path, "-a", "127.0.0.1", "-p", $"{port}", "--configure-bucket", "test",
                "--silent"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            await WaitAsync(port);
            using var store = new S3ObjectStore(
                new S3StoreOptions
                {
                    Bucket = "test",
                    Endpoint = new Uri($"http://127.0.0.1:{port}"),
                    PartBytes = 5 << 20,
                },
                new Amazon.Runtime.BasicAWSCredentials("S3RVER", "S3RVER"));
            var content = new byte[11 << 20];
            new Random(3).NextBytes(content);
            var info = await store.PutAsync("big", new MemoryStream(content));
            info.Bytes.ShouldBe(content.Length);
            var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
            (await store.HeadAsync("big"))!.Bytes.ShouldBe(content.Length);
            await new ObjectDownload(store, 4, 1 << 20)
                .RunAsync((await store.HeadAsync("big"))!, directory.Combine("copy"), digest);
            (await Should.ThrowAsync<ObjectStoreException>(() => ConditionalWriteProbe.RunAsync(store))).Error.ShouldBe(
                ObjectStoreError.Unsupported);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(Repository.Root, ".pipeline", "test-tools", "s3rver");
        var script = Path.Combine(folder, "node_modules", "s3rver", "bin", "s3rver.js");
        if (File.Exists(script))
        {
            return script;
        }

        Directory.CreateDirectory(folder);
        using var npm = Process.Start(
            new ProcessStartInfo(
                "npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "s3rver@3.7.1"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        await npm.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (npm.ExitCode != 0)
        {
            Assert.Skip("npm could not install s3rver 3.7.1");
        }

        return script;
    }

    private static async Task WaitAsync(int port)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        Assert.Fail("s3rver did not start");
    }
}
