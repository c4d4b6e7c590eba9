using System.Text.Json;
using Pipeline.Data.Splits;
using Pipeline.Data.Tests.Dedup;

namespace Pipeline.Data.Tests.Splits;

public sealed class ClusterSplitStageTests
{
    [Fact]
    public async Task S1_17_NearDuplicatePairs_NeverStraddleTwoParts()
    {
        using var folder = new TempDirectory();
        File.WriteAllLines(folder.Combine("in.jsonl"),
            DedupFixture.Texts.Select((text, id) => JsonSerializer.Serialize(new { id, text })));
        var options = new ClusterSplitOptions { Test = 0.3, Validation = 0.2, Clusters = new() { Bands = new(96, 4) } };
        var summary = await new ClusterSplitStage(options)
            .RunAsync([folder.Combine("in.jsonl")], folder.Combine("out"));
        var part = new Dictionary<int, string>();
        foreach (var name in summary.Parts.Keys)
        {
            foreach (var line in File.ReadLines(folder.Combine("out", name + ".jsonl")))
            {
                part.Add(JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32(), name);
            }
        }

        part.Count.ShouldBe(DedupFixture.Texts.Length);
        summary.Parts["test"].ShouldBeInRange(350, 550);
        var pairs = DedupFixture.Json("pairs_word5.json").GetProperty("pairs").EnumerateArray()
            .Where(pair => pair[2].GetDouble() / pair[3].GetDouble() >= 0.8).ToList();
        pairs.ShouldAllBe(pair => part[pair[0].GetInt32()] == part[pair[1].GetInt32()]);
    }

    [Fact]
    public async Task ManySmallStrata_LeaveNoPartEmpty()
    {
        using var folder = new TempDirectory();
        File.WriteAllLines(folder.Combine("in.jsonl"),
            Enumerable.Range(0, 200).Select(id => JsonSerializer.Serialize(
                new { id, kind = $"k{id / 2}", text = $"the text of row {id * 7919} {id * 104729}" })));
        var summary = await new ClusterSplitStage(new ClusterSplitOptions { StratifyBy = "kind" })
            .RunAsync([folder.Combine("in.jsonl")], folder.Combine("out"));
        summary.Parts.ShouldBe(
            new Dictionary<string, long> { ["train"] = 170, ["validation"] = 10, ["test"] = 20 }, ignoreOrder: true);
    }
}
