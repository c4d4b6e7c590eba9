using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.Data.Tests.Planted;
using Pipeline.Tools;

namespace Pipeline.Data.Tests.Stages;

/// <summary>Kills the stages at their fault points and starts them again on the same folder.</summary>
[Trait("Tier", "workflow")]
public sealed class RestartTests : IDisposable
{
    private static readonly ConcurrentDictionary<string, Task<List<(string Name, string Content)>>> Straight =
        new(StringComparer.Ordinal);
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clean", "file.written"), InlineData("filter", "file.committed#2")]
    [InlineData("dedup", "dedup.scan"), InlineData("dedup", "dedup.merge#20"), InlineData("dedup", "dedup.choose"),
        InlineData("dedup", "file.committed")]
    [InlineData("decontaminate", "stage.summary")]
    public async Task F01_F45_KilledAtAnyPoint_TheNextRunGivesTheSameFiles(string stage, string point)
    {
        var straight = await Straight.GetOrAdd(stage, async name =>
        {
            var run = await RunAsync(name, "straight", "");
            run.Code.ShouldBe(0, run.Output);
            return Contents("straight");
        });
        var killed = await RunAsync(stage, "killed", point + "=kill");
        killed.Code.ShouldBe(137, killed.Output);
        File.Exists(_folder.Combine("killed", "summary.json")).ShouldBeFalse();
        var again = await RunAsync(stage, "killed", "");
        again.Code.ShouldBe(0, again.Output);
        Contents("killed").ShouldBe(straight, ignoreOrder: true);
    }

    // The same folder is started again and again, each time it comes one step further.
    [Theory]
    [InlineData("ingest", "ingest.downloaded", 2), InlineData("ingest", "ingest.object", 2),
        InlineData("ingest", "file.committed", 3), InlineData("ingest", "stage.summary", 1)]
    [InlineData("holdout", "file.written", 3), InlineData("holdout", "file.synced", 3),
        InlineData("holdout", "file.committed", 3), InlineData("holdout", "stage.summary", 1)]
    [InlineData("split", "dedup.choose", 1), InlineData("split", "file.written", 8),
        InlineData("split", "file.committed", 8), InlineData("split", "stage.summary", 2)]
    public async Task F01_KilledAtEveryStepInTurn_TheLastRunGivesTheSameFiles(string stage, string point, int atLeast)
    {
        (await RunAsync(stage, "straight", "")).Code.ShouldBe(0);
        var step = 1;
        for (; ; step++)
        {
            var (code, output) = await RunAsync(stage, "killed", $"{point}#{step}=kill");
            if (code == 0)
            {
                break;
            }

            code.ShouldBe(137, output);
            // The summary is the last file; only a kill right behind it finds it.
            if (point != "file.committed")
            {
                File.Exists(_folder.Combine("killed", "summary.json")).ShouldBeFalse();
            }
        }

        (step - 1).ShouldBeGreaterThanOrEqualTo(atLeast);
        Contents("killed").ShouldBe(Contents("straight"), ignoreOrder: true);
    }

    private async Task<(int Code, string Output)> RunAsync(string stage, string output, string faults)
    {
        var planted = Path.Combine(PlantedCorpus.Folder, "planted.jsonl");
        var input = _folder.Combine("in.jsonl");
        if (!File.Exists(input))
        {
            File.WriteAllLines(
                input, File.ReadLines(planted)
                    .Where(line => line.StartsWith("{\"id\": \"p", StringComparison.Ordinal)));
            Directory.CreateDirectory(_folder.Combine("raw"));
            foreach (var (rows, i) in File.ReadAllLines(input).Chunk(200).Select((rows, i) => (rows, i)))
            {
                var part = _folder.Combine("raw", $"part{i}.jsonl");
                File.WriteAllLines(part, rows);
                File.SetLastWriteTimeUtc(part, DateTime.UnixEpoch.AddDays(i)); // it is part of the manifest
            }
        }

        string[] arguments = stage switch
        {
            "ingest" => ["ingest", _folder.Combine("raw"), "--workers", "1"],
            "decontaminate" =>
                ["decontaminate", input, "--against", Path.Combine(PlantedCorpus.Folder, "evaluation.jsonl")],
            _ => [stage, input],
        };
        var start = new ProcessStartInfo(
            "dotnet", [typeof(CommandRunner).Assembly.Location, "data", .. arguments, "--out", _folder.Combine(output)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PIPELINE_FAULTS"] = faults;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, text);
    }

    private List<(string Name, string Content)> Contents(string output) =>
        [.. Directory.EnumerateFiles(_folder.Combine(output), "*", SearchOption.AllDirectories)
            .Select(path =>
                (Path.GetFileName(path), File.ReadAllText(path).Replace(_folder.Path, "", StringComparison.Ordinal)))];
}
