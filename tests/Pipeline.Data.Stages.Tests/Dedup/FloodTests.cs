using System.Text.Json;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Tests.Dedup;

public sealed class FloodTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task B32_RowsMadeToShareBuckets_CostNoQuadraticNumberOfComparisons()
    {
        // 40 common words and 12 of their own: so alike that most bands collide, and not alike enough to be duplicates.
        var shared = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"shared{i}"));
        const int Rows = 4_000;
        File.WriteAllLines(_folder.Combine("in.jsonl"), Enumerable.Range(0, Rows).Select(i => JsonSerializer.Serialize(
            new
            {
                id = $"r{i}",
                text = $"{shared} {string.Join(' ', Enumerable.Range(0, 12).Select(j => $"own{i}x{j}"))}"
            })));
        var summary = await new DedupStage(new DedupOptions())
            .RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("out"));
        summary.Rows.RemovedTotal.ShouldBe(0);
        summary.CappedBuckets.ShouldBeGreaterThan(0);
        summary.CandidatePairs.ShouldBeLessThan((long)Rows * Rows / 4);
        var other = await new DedupStage(new DedupOptions { Seed = 2 })
            .RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("other"));
        other.Rows.Out.ShouldBe(Rows);
    }
}
