using System.Text.Json;
using Pipeline.Data.Dedup.Semantic;

namespace Pipeline.Data.Tests.Dedup;

public sealed class SemanticDedupTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_OtherWordsForTheSame_SmallestIdStaysWhateverTheOrder()
    {
        (string Id, string Text)[] rows = [("r10", "cat sits"), ("r2", "feline sits"), ("r3", "dog barks"),
            ("r4", "kitty sits"), ("r5", "hound barks"), ("r6", "rain falls")];
        var one = await RunAsync(rows, "one");
        var two = await RunAsync([.. rows.Reverse()], "two");
        foreach (var summary in new[] { one, two })
        {
            (summary.Rows.Out, summary.Rows.Removed["semantic"]).ShouldBe((3, 3));
        }

        Ids("one", "rows.jsonl").Order().ShouldBe(["r2", "r3", "r6"]);
        Ids("two", "rows.jsonl").Order().ShouldBe(["r2", "r3", "r6"]);
        File.ReadAllText(_folder.Combine("one", "removed.jsonl"))
            .ShouldContain("{\"id\":\"r10\",\"rule\":\"semantic\",\"repeats\":\"r2\",\"similarity\":1}");

        // A second pass finds nothing more.
        var again = await new SemanticDedupStage(new SemanticDedupOptions(), new Meanings())
            .RunAsync([_folder.Combine("one", "rows.jsonl")], _folder.Combine("again"));
        again.Rows.RemovedTotal.ShouldBe(0);
    }

    [Fact]
    public async Task RunAsync_ManyClusters_FindsWhatOneClusterFinds()
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 400)
            .Select(i =>
                ($"r{i}", $"{Meanings.Groups[random.Next(Meanings.Groups.Length)][random.Next(2)]} {random.Next(40)}"))
            .ToArray();
        var all = await RunAsync(rows, "all");
        var split = await RunAsync(rows, "split", new SemanticDedupOptions { ClusterRows = 40 });
        split.Clusters.ShouldBe(10);
        split.Rows.Out.ShouldBe(all.Rows.Out);
        Ids("split", "rows.jsonl").ShouldBe(Ids("all", "rows.jsonl"));
    }

    [Fact]
    public async Task RunAsync_BadRowsAndBudgets_AreCountedOrNamed()
    {
        File.WriteAllText(_folder.Combine("in.jsonl"),
            "{\"id\":\"a\",\"text\":\"cat sits\"}\nnot json\n{\"id\":\"b\",\"text\":\"rain falls\"}\n");
        var summary = await new SemanticDedupStage(new SemanticDedupOptions(), new Meanings())
            .RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("out"));
        (summary.Rows.In, summary.Rows.Out, summary.Rows.Quarantined).ShouldBe((3, 2, 1));
        var small = new SemanticDedupStage(new SemanticDedupOptions { MemoryBudgetBytes = 100 }, new Meanings());
        (await Should.ThrowAsync<InvalidDataException>(
            () => small.RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("small")))).Message.ShouldContain(
            "raise the budget");
        File.WriteAllText(_folder.Combine("in.jsonl"), "{\"id\":\"lost\",\"text\":\"?\"}\n");
        var lost = new SemanticDedupStage(new SemanticDedupOptions(), new Meanings());
        (await Should.ThrowAsync<InvalidDataException>(() =>
            lost.RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("lost")))).Message.ShouldContain("'lost'");
    }

    private Task<SemanticDedupSummary> RunAsync(
        (string Id, string Text)[] rows, string output, SemanticDedupOptions? options = null)
    {
        File.WriteAllLines(_folder.Combine("in.jsonl"),
            rows.Select(row => JsonSerializer.Serialize(new { id = row.Id, text = row.Text })));
        return new SemanticDedupStage(options ?? new SemanticDedupOptions(), new Meanings())
            .RunAsync([_folder.Combine("in.jsonl")], _folder.Combine(output));
    }

    private IEnumerable<string> Ids(string folder, string file) =>
        // every row has one
        File.ReadLines(_folder.Combine(folder, file))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!);

    /// <summary>One component for each meaning; words of one group mean the same.</summary>
    private sealed class Meanings : ITextEmbedder
    {
        public static readonly string[][] Groups = [["cat", "feline", "kitty"], ["dog", "hound"], ["sits", "rests"],
            ["barks", "bays"], ["rain", "drizzle"], ["falls", "drops"]];

        public int Dimensions => Groups.Length + 40;

        public int BatchSize => 3;

        public void Embed(IReadOnlyList<string> texts, Span<float> vectors)
        {
            vectors.Clear();
            for (var i = 0; i < texts.Count; i++)
            {
                foreach (var word in texts[i].Split(' '))
                {
                    var meaning = int.TryParse(word, out var number)
                        ? Groups.Length + number : Array.FindIndex(Groups, group => group.Contains(word));
                    if (meaning >= 0)
                    {
                        vectors[(i * Dimensions) + meaning] += 1;
                    }
                }
            }
        }
    }
}
