using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Pipeline.Cli.Tests.Support;

namespace Pipeline.Cli.Tests;

/// <summary>
/// The README's "use a cluster" and "use S3", as it says them: only <c>TEMPORAL_ADDRESS</c>, <c>store.kind</c>,
/// <c>store.s3.bucket</c> and the usual variables of AWS are set, and a run makes the same artefacts as with the
/// embedded engine and a folder.
/// </summary>
[Collection(nameof(SharedDeployment))]
[Trait("Tier", "e2e")]
public sealed class ElsewhereTests(SharedDeployment here)
{
    private const string Settings = "store:\n  kind: s3\n  s3:\n    bucket: pipeline\n";

    [Fact]
    public async Task Run_OnAClusterAndS3_MakesTheSameArtefactsAsOnOneMachine()
    {
        var program = Fixtures.RequireTool("TEMPORAL_CLI");
        await using var there = new ElsewhereDeployment();
        using var s3 = await S3Server.StartAsync(there.Folder("s3"));
        using var cluster = Process.Start(
            new ProcessStartInfo(
                program, ["server", "start-dev", "--headless", "--port", $"{there.EnginePort}", "--log-level", "error"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }) ?? throw new InvalidOperationException("the server did not start");
        try
        {
            await ListeningAsync(there.EnginePort);
            there["TEMPORAL_ADDRESS"] = $"127.0.0.1:{there.EnginePort}";
            there["AWS_ENDPOINT_URL"] = s3.Endpoint.OriginalString;
            there["AWS_ACCESS_KEY_ID"] = S3Server.Key;
            there["AWS_SECRET_ACCESS_KEY"] = S3Server.Key;
            await File.WriteAllTextAsync(
                there.Folder("temporal.yaml"), Settings, TestContext.Current.CancellationToken);

            var elsewhere = await RunAsync(there, "--config", there.Folder("temporal.yaml"));
            Directory.Exists(there.Folder("s3", "pipeline", "manifests")).ShouldBeTrue("the artefacts are in the bucket");
            Directory.Exists(there.Folder("store")).ShouldBeFalse("nothing is in a folder of the machine");
            elsewhere.ShouldBe(await RunAsync(here));
        }
        finally
        {
            cluster.Kill(entireProcessTree: true);
            await cluster.WaitForExitAsync(CancellationToken.None);
        }
    }

    // Digests of what a run made, and the answer that it serves.
    private static async Task<string> RunAsync(CliDeployment deployment, params string[] options)
    {
        await deployment.UpAsync(options);
        var document = await deployment.JsonAsync(["run", "--recipe", "tiny", "--approve-as", "ada", .. options]);
        var result = document.GetProperty("result");
        result.GetProperty("verdict").GetString().ShouldBe("promoted", document.ToString());
        var made = new
        {
            dataset = Digest(result, "dataset"),
            adapter = Digest(result, "adapter"),
            package = result.GetProperty("version").GetProperty("digest").GetString(),
            evidence = Digest(result.GetProperty("gate"), "evidence"),
            served = document.GetProperty("answer").GetProperty("text").GetString(),
        };
        TestContext.Current.TestOutputHelper?.WriteLine($"{made}");
        return $"{made}";
    }

    private static string? Digest(JsonElement of, string name) =>
        of.GetProperty(name).GetProperty("sha256").GetString();

    private static async Task ListeningAsync(int port)
    {
        while (true)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    private sealed class ElsewhereDeployment : CliDeployment;
}
