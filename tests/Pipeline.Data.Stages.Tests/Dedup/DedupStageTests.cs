using System.Text.Json;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Tests.Dedup;

public sealed class DedupStageTests : IDisposable
{
    // So dense a banding misses no pair at 0.7 in practice: 1 − (1 − 0.7⁴)⁹⁶ ≈ 1 − 4e-12.
    private static readonly LshBands Dense = new(96, 4);
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string name, IEnumerable<(string Id, string Text)> rows)
    {
        File.WriteAllLines(
            _folder.Combine(name), rows.Select(row => JsonSerializer.Serialize(new { id = row.Id, text = row.Text })));
        return _folder.Combine(name);
    }

    private string Fixture() => Write("in.jsonl", DedupFixture.Texts.Select((text, i) => (i.ToString(), text)));

    private HashSet<int> Removed(string output) => [.. File.ReadLines(_folder.Combine(output, "removed.jsonl"))
        .Select(line => int.Parse(JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!))];

    private Task<DedupSummary> Run(string input, string output, DedupOptions options) =>
        new DedupStage(options).RunAsync([input], _folder.Combine(output));

    [Theory]
    [InlineData("word5_0.7", ShingleKind.Word, 0.7)]
    [InlineData("word5_0.8", ShingleKind.Word, 0.8)]
    [InlineData("word5_0.9", ShingleKind.Word, 0.9)]
    [InlineData("char5_0.8", ShingleKind.Character, 0.8)]
    public async Task RunAsync_GoldenDocuments_RemovesExactlyTheExpectedRows(
        string name, ShingleKind kind, double threshold)
    {
        var expected = DedupFixture.Json("clusters.json").GetProperty(name);
        foreach (var (policy, list) in new[] { (KeepPolicy.First, "keep_first_removed"),
            (KeepPolicy.Longest, "keep_longest_removed") })
        {
            var summary = await Run(Fixture(), "out",
                new DedupOptions { Shingles = kind, Threshold = threshold, Bands = Dense, Keep = policy });
            var removed = expected.GetProperty(list).EnumerateArray().Select(id => id.GetInt32()).ToHashSet();
            // Texts without a shingle are in no pair, but equal normalised texts among them are still exact duplicates.
            removed.UnionWith(
                Removed("out")
                    .Where(id => kind == ShingleKind.Word ? DedupFixture.WordShingles[id].Length
                        == 0 : string.IsNullOrWhiteSpace(DedupFixture.Texts[id])));
            Removed("out").ShouldBe(removed, ignoreOrder: true);
            summary.Rows.Out.ShouldBe(DedupFixture.Texts.Length - removed.Count);
        }
    }

    [Fact]
    public async Task RunAsync_ExactOnly_RemovesTheNormalisedDuplicates()
    {
        var summary = await Run(Fixture(), "out", new DedupOptions { Near = false });
        Removed("out")
            .ShouldBe(
                DedupFixture.Json("clusters.json").GetProperty("exact_normalized").GetProperty("keep_first_removed")
                    .EnumerateArray().Select(id => id.GetInt32()), ignoreOrder: true);
        summary.Rows.Removed.Keys.ShouldBe(["exact"]);
    }

    [Fact]
    public async Task S1_13_ExactDuplicates_AllRemovedFirstKeptPairsListed()
    {
        var input = Write(
            "in.jsonl",
            [("b-10", "Same text here."), ("b-2", "same   TEXT here."), ("b-3", "Other text."),
                ("b-11", "Same text here.")]);
        await Run(input, "out", new DedupOptions());
        File.ReadLines(_folder.Combine("out", "removed.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row =>
                (row.GetProperty("id").GetString(), row.GetProperty("rule").GetString(),
                    row.GetProperty("repeats").GetString()))
            .ShouldBe([("b-10", "exact", "b-2"), ("b-11", "exact", "b-2")]);
    }

    [Fact]
    public async Task S1_14_NearDuplicates_IndependentOfOrderWorkersAndBudget()
    {
        var options = new DedupOptions();
        await Run(Fixture(), "a", options);
        var shuffled = DedupFixture.Texts.Select((text, i) => (i.ToString(), text)).ToArray();
        new Random(5).Shuffle(shuffled);
        var other =
            await Run(Write("shuffled.jsonl", shuffled), "b", options with { Workers = 3, MemoryBudgetBytes = 4096 });
        Removed("b").ShouldBe(Removed("a"), ignoreOrder: true);
        other.SpilledRuns.ShouldBeGreaterThan(0);
        Directory.GetFiles(_folder.Combine("b")).Select(Path.GetFileName)
            .ShouldBe(["rows.jsonl", "removed.jsonl", "quarantine.jsonl", "summary.json"], ignoreOrder: true);

        var pairs = DedupFixture.Json("pairs_word5.json").GetProperty("pairs").EnumerateArray()
            .Select(pair =>
                (I: pair[0].GetInt32(), J: pair[1].GetInt32(), S: pair[2].GetDouble() / pair[3].GetDouble())).ToList();
        var removed = Removed("a");
        var near = pairs.Where(pair => pair.S >= 0.8).ToList();
        ((double)near.Count(pair => removed.Contains(pair.I) || removed.Contains(pair.J)) / near.Count)
            .ShouldBeGreaterThanOrEqualTo(0.95);
        removed.Where(id => DedupFixture.WordShingles[id].Length > 0)
            .ShouldAllBe(id => near.Any(pair => pair.I == id || pair.J == id));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task RunAsync_MoreRowsThanMemory_EqualsARunWithRoomForAll(bool near)
    {
        var random = new Random(3);
        var input = Write("in.jsonl", Enumerable.Range(0, 20_000).Select(i => ($"{i}",
            $"row {random.Next(9_000)} of a list with so many words that one of them may change {random.Next(2)}")));
        var options = new DedupOptions { Near = near };
        await Run(input, "room", options);
        var summary = await Run(input, "tight", options with { MemoryBudgetBytes = 1 });
        summary.SpilledRuns.ShouldBeGreaterThan(0);
        summary.Rows.Removed.ContainsKey("near").ShouldBe(near);
        foreach (var name in (string[])["rows.jsonl", "removed.jsonl"])
        {
            File.ReadAllBytes(_folder.Combine("tight", name))
                .ShouldBe(File.ReadAllBytes(_folder.Combine("room", name)));
        }
    }

    [Fact]
    public async Task I_12_SecondRun_RemovesNothingAndEveryClusterKeepsOne()
    {
        await Run(Fixture(), "a", new DedupOptions { Bands = Dense });
        var second = await Run(_folder.Combine("a", "rows.jsonl"), "b", new DedupOptions { Bands = Dense });
        second.Rows.RemovedTotal.ShouldBe(0);
    }

    [Fact]
    public async Task B31_ManyIdenticalRowsAndShortTexts_OneSurvivorEach()
    {
        var rows = Enumerable.Range(0, 20_000)
            .Select(i => ($"r{i}", "the very same text in each and every one of these rows")).Append(("e1", ""))
            .Append(("e2", " ")).Append(("s", "two words"));
        var summary = await Run(Write("in.jsonl", rows), "out", new DedupOptions());
        summary.Rows.Out.ShouldBe(3);
        summary.CandidatePairs.ShouldBe(0);
    }

    [Fact]
    public async Task RunAsync_History_RemovesRepeatsOfEarlierDatasetsAndNamesTheMatch()
    {
        var half = DedupFixture.Texts.Select((text, i) => (Id: i.ToString(), text)).ToArray();
        await Run(Write("old.jsonl", half.Take(700)), "old", new DedupOptions { WriteSegment = true });
        var segment = _folder.Combine("old", "history.seg");
        var same = await Run(Write("again.jsonl", half.Take(700).Select(row => ("n" + row.Id, row.text))), "again",
            new DedupOptions { HistorySegments = [segment] });
        same.Rows.Out.ShouldBe(0);
        var fresh =
            await Run(Write("new.jsonl", half.Skip(700)), "new", new DedupOptions { HistorySegments = [segment] });
        fresh.Rows.Removed["history"].ShouldBeGreaterThan(50);
        var hit = File.ReadLines(_folder.Combine("new", "removed.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .First(row => row.GetProperty("rule").GetString() == "history");
        int.Parse(hit.GetProperty("repeats").GetString()!).ShouldBeLessThan(700);

        var wrong = await Should.ThrowAsync<InvalidDataException>(
            () => Run(_folder.Combine("new.jsonl"), "x", new DedupOptions { Seed = 2, HistorySegments = [segment] }));
        wrong.Message.ShouldContain("other settings");
    }

    [Fact]
    public async Task RunAsync_BadRows_AreQuarantinedAndCounted()
    {
        File.WriteAllText(
            _folder.Combine("in.jsonl"), "{\"id\":1,\"text\":\"fine\"}\nnot json\n{\"id\":2,\"other\":1}\n");
        var summary = await Run(_folder.Combine("in.jsonl"), "out", new DedupOptions());
        (summary.Rows.In, summary.Rows.Out, summary.Rows.Quarantined).ShouldBe((3, 1, 2));
        File.ReadAllText(_folder.Combine("out", "quarantine.jsonl")).ShouldContain("\"line\":2");
    }

    [Fact]
    public async Task RunAsync_RowWithoutText_NamesTheFieldsSoughtAndThoseOfTheRow()
    {
        File.WriteAllText(
            _folder.Combine("in.jsonl"), "{\"id\":1,\"body\":\"fine\",\"tags\":[],\"a@b.org\":0}\n{\"text\":\"x\"}\n");
        await Run(_folder.Combine("in.jsonl"), "out", new DedupOptions());
        var reason = JsonDocument.Parse(File.ReadLines(_folder.Combine("out", "quarantine.jsonl")).Single())
            .RootElement.GetProperty("reason").GetString()!;
        TextFields.Default.Names.ShouldAllBe(name => reason.Contains(name, StringComparison.Ordinal));
        reason.ShouldContain("the row has id, body, tags, (a name with personal data)");
        reason.ShouldNotContain("a@b.org");
    }
}
