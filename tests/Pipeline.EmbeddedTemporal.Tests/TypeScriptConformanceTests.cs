using System.Diagnostics;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Runs <c>tests/conformance</c> (the official TypeScript SDK) against the embedded server and, where there is one, the real server.</summary>
[Trait("Tier", "e2e")]
public sealed class TypeScriptConformanceTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "tests", "conformance");
    private static readonly string Work = Path.Combine(Repository.Root, ".pipeline", "test-tools", "conformance");

    [Fact]
    public async Task Conformance_EmbeddedServer_BehavesAndRecordsAsTheRealOne()
    {
        await InstallAsync();
        using var folder = new TempDirectory();
        await CheckAsync(Engines.Embedded, folder.Combine("embedded.json"));
        // Without the real server the behaviours are still checked; the comparison of histories is skipped with its reason.
        await CheckAsync(Fixtures.RequireTool("TEMPORAL_CLI"), folder.Combine("real.json"));
        (await File.ReadAllTextAsync(folder.Combine("embedded.json"))).ShouldBe(await File.ReadAllTextAsync(folder.Combine("real.json")));
    }

    [Fact]
    public async Task Storm_KilledManyTimes_LosesNothingAcknowledged()
    {
        await InstallAsync();
        using var folder = new TempDirectory();
        var (code, output) = await RunAsync(
            "node", "storm.mjs", "--engine", Engines.Embedded, "--file", folder.Combine("storm.db"), "--workflows", "40", "--kills", "4", "--seed", "7");
        code.ShouldBe(0, output);
    }

    private static async Task CheckAsync(string program, string histories)
    {
        // One partition a queue: only within a partition does the real server order tasks by priority.
        await using var engine = await EngineProcess.StartAsync(program, false,
            "--dynamic-config-value", "matching.numTaskqueueReadPartitions=1", "--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
            "--dynamic-config-value", "matching.useNewMatcher=true");
        var (code, output) = await RunAsync("node", "conformance.mjs", "--address", engine.Address, "--histories", histories);
        code.ShouldBe(0, output);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }

    private static async Task InstallAsync()
    {
        Directory.CreateDirectory(Work);
        foreach (var file in Directory.EnumerateFiles(Source))
        {
            File.Copy(file, Path.Combine(Work, Path.GetFileName(file)), overwrite: true);
        }

        if (!Directory.Exists(Path.Combine(Work, "node_modules", "@temporalio", "worker")))
        {
            // Not `npm ci`: it insists on optional builds for platforms that a feed may not carry.
            var (code, output) = await RunAsync("npm", "install", "--no-save", "--no-audit", "--no-fund");
            if (code != 0)
            {
                Assert.Skip($"npm could not install the TypeScript SDK: {output[..Math.Min(200, output.Length)]}");
            }
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Work,
        }) ?? throw new InvalidOperationException($"{program} did not start");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
