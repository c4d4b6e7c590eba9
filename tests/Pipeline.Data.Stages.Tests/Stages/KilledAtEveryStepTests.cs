using Pipeline.Data.Tests.Cli;
using Pipeline.Data.Tests.Planted;

namespace Pipeline.Data.Tests.Stages;

/// <summary>
/// One folder, and one kill after the other: each start comes one step further than the last, with another number of
/// workers and another budget where the stage has them.
/// </summary>
[Trait("Tier", "workflow")]
public sealed class KilledAtEveryStepTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clean", "file.written 5, file.committed 5, stage.summary 1")]
    [InlineData("dedup",
        "dedup.scan 1, dedup.exact 1, dedup.merge 2, dedup.near 1, dedup.choose 1, file.written 4, file.committed 4, "
            + "stage.summary 1")]
    [InlineData("decontaminate", "file.written 3, file.committed 3, stage.summary 1")]
    public async Task F45_EveryFileAndPhase_TheLastRunGivesTheDigestsOfAStraightOne(string stage, string points)
    {
        File.WriteAllLines(_folder.Combine("in.jsonl"), File.ReadLines(
            Path.Combine(PlantedCorpus.Folder, "planted.jsonl")).Where(
            line => line.StartsWith("{\"id\": \"p", StringComparison.Ordinal)));
        (await RunAsync(stage, "straight", 0, "")).Code.ShouldBe(0);
        var runs = 0;
        foreach (var point in points.Split(", ").Select(point => point.Split(' ')))
        {
            for (var step = 1; step <= int.Parse(point[1]); step++)
            {
                var (code, output) = await RunAsync(stage, "killed", ++runs, $"{point[0]}#{step}=kill");
                code.ShouldBe(137, $"{point[0]}#{step}: {output}");
            }
        }

        (await RunAsync(stage, "killed", ++runs, "")).Code.ShouldBe(0);
        Digests("killed").ShouldBe(Digests("straight"));
    }

    private Task<(int Code, string Output)> RunAsync(string stage, string output, int run, string faults)
    {
        string[] more = stage switch
        {
            "dedup" => ["--workers", $"{1 + (run % 3)}", "--memory-mb", run % 2 == 0 ? "256" : "1", "--field", "text"],
            "decontaminate" => ["--against", Path.Combine(PlantedCorpus.Folder, "evaluation.jsonl")],
            _ => ["--limits", "instruction"],
        };
        return ToolProcess.RunAsync(
            faults, [], ["data", stage, _folder.Combine("in.jsonl"), "--out", _folder.Combine(output), .. more]);
    }

    private List<string> Digests(string output) =>
    [
        .. Directory.EnumerateFiles(_folder.Combine(output), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(_folder.Combine(output), path)} "
                + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))),
    ];
}
