using System.Diagnostics;
using Pipeline.Data.Tests.Planted;
using Pipeline.Tools;

namespace Pipeline.Data.Tests.Stages;

/// <summary>The data stages in a network namespace of their own, from which nothing can be reached.</summary>
[Trait("Tier", "workflow")]
public sealed class NoNetworkTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S0_52_DataStages_NeedNoNetwork()
    {
        if ((await RunAsync("true")).Code != 0)
        {
            Assert.Skip("this machine does not let processes make a network namespace");
        }

        var tool = $"dotnet '{typeof(CommandRunner).Assembly.Location}' data";
        var rows = _folder.Combine("in.jsonl");
        File.WriteAllLines(
            rows, File.ReadLines(Path.Combine(PlantedCorpus.Folder, "planted.jsonl"))
                .Where(line => line.StartsWith("{\"id\": \"p", StringComparison.Ordinal)));
        var (code, output) = await RunAsync(
            $"! getent hosts example.org && {tool} clean '{rows}' --out '{_folder.Combine("clean")}' && " +
            $"{tool} dedup '{_folder.Combine("clean", "rows.jsonl")}' --out '{_folder.Combine("dedup")}' && " +
            $"{tool} decontaminate '{_folder.Combine("dedup", "rows.jsonl")}' --against "
            + $"'{Path.Combine(PlantedCorpus.Folder, "evaluation.jsonl")}' --out '{_folder.Combine("done")}'");
        code.ShouldBe(0, output);
        File.Exists(_folder.Combine("done", "summary.json")).ShouldBeTrue();
    }

    private static async Task<(int Code, string Output)> RunAsync(string script)
    {
        using var process =
            Process.Start(new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--net", "sh", "-c", script])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
