namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// Runs <c>tests/conformance</c> (the official TypeScript SDK) against the embedded server and, where there is one, the
/// real server.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class TypeScriptConformanceTests
{
    // One partition a queue: only within a partition does the real server order tasks by priority.
    private static readonly string[] Flags =
    [
        "--dynamic-config-value", "matching.numTaskqueueReadPartitions=1", "--dynamic-config-value",
        "matching.numTaskqueueWritePartitions=1",
        "--dynamic-config-value", "matching.useNewMatcher=true",
    ];

    [Fact]
    public async Task Conformance_EmbeddedServer_BehavesAndRecordsAsTheRealOne()
    {
        await TypeScriptTools.InstallAsync();
        using var folder = new TempDirectory();
        await CheckAsync(Engines.Embedded, folder.Combine("embedded.json"));
        // Without the real server the behaviours are still checked; the comparison of histories is skipped with its
        // reason.
        await CheckAsync(Fixtures.RequireTool("TEMPORAL_CLI"), folder.Combine("real.json"));
        (await File.ReadAllTextAsync(folder.Combine("embedded.json")))
            .ShouldBe(await File.ReadAllTextAsync(folder.Combine("real.json")));
    }

    [Fact]
    public async Task F27_KilledManyTimes_LosesNothingAcknowledged()
    {
        await TypeScriptTools.InstallAsync();
        using var folder = new TempDirectory();
        var (code, output) = await TypeScriptTools.RunAsync(
            "node", "storm.mjs", "--engine", Engines.Embedded, "--file", folder.Combine("storm.db"), "--workflows",
            "40", "--kills", "4", "--seed", "7");
        code.ShouldBe(0, output);
    }

    private static async Task CheckAsync(string program, string histories)
    {
        await using var engine = await EngineProcess.StartAsync(program, false, Flags);
        var (code, output) = await TypeScriptTools.RunAsync(
            "node", "conformance.mjs", "--address", engine.Address, "--histories", histories);
        code.ShouldBe(0, output);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }
}
