using System.Text.Json;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Dedup;
using Pipeline.Data.Dedup.Semantic;
using Pipeline.Data.Ingest;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Sanitization.Quality;
using Pipeline.Data.Splits;
using Pipeline.Data.Stages;
using Pipeline.Data.Stages.Reports;

namespace Pipeline.Data.Tests.Stages;

/// <summary>
/// Over random rows of several objects: what a stage says about each object is what its files hold, in any order of
/// rows; a second pass changes nothing.
/// </summary>
public sealed class AccountingByObjectTests : IDisposable
{
    private const int Rounds = 4;
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> All =>
        ["clean", "quality", "dedup", "semantic", "repeats", "decontaminate", "holdout", "split", "label"];

    [Theory]
    [MemberData(nameof(All))]
    public async Task RunAsync_RandomObjects_EachAddsUpToWhatTheFilesHold(string stage)
    {
        // These demand a row with an id.
        var sound = stage is "holdout" or "split" or "label";
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var corpus = new ObjectCorpus(seed, sound);
            var output = _folder.Combine($"out{seed}");
            var rows = await RunAsync(stage, corpus.Write(_folder.Combine($"in{seed}")), output);
            rows.Objects!.Keys.ShouldBe(corpus.In.Keys);
            rows.Objects.Values.Select(item => item.In).ShouldBe(corpus.In.Values);
            foreach (var (name, item) in rows.Objects)
            {
                item.Check(name);
                item.Quarantined.ShouldBe(corpus.Broken.GetValueOrDefault(name), name);
                item.Removed.ToDictionary(rule => Short(stage, rule.Key), rule => rule.Value)
                    .ShouldBe(RemovedOf(output, name, corpus), ignoreOrder: true, name);
                item.Out.ShouldBe(OutOf(stage, output, name, corpus), name);
            }

            JsonSerializer.Serialize(StageReport.Read(output).Rows).ShouldBe(JsonSerializer.Serialize(rows));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task RunAsync_AnotherOrderOrWorkers_TheSameForEveryObject(string stage)
    {
        var corpus = new ObjectCorpus(7, sound: true);
        var straight = await RunAsync(stage, corpus.Write(_folder.Combine("in")), _folder.Combine("straight"));
        for (var order = 1; order <= Rounds; order++)
        {
            var files = corpus.Write(_folder.Combine($"in{order}"), order);
            var other = await RunAsync(stage, [.. files.Reverse()], _folder.Combine($"out{order}"), workers: 3);
            JsonSerializer.Serialize(other).ShouldBe(JsonSerializer.Serialize(straight));
        }

        // The same once more: the same bytes.
        await RunAsync(stage, corpus.Write(_folder.Combine("in")), _folder.Combine("again"));
        File.ReadAllBytes(_folder.Combine("again", "summary.json"))
            .ShouldBe(File.ReadAllBytes(_folder.Combine("straight", "summary.json")));
    }

    [Theory]
    [InlineData("clean"), InlineData("quality"), InlineData("dedup"), InlineData("semantic"),
        InlineData("decontaminate"), InlineData("label")]
    public async Task RunAsync_ItsOwnRows_ChangesNothing(string stage)
    {
        for (var seed = 11; seed < 11 + Rounds; seed++)
        {
            var (once, twice) = (_folder.Combine($"once{seed}"), _folder.Combine($"twice{seed}"));
            // Without ids the rows of one file, and all that it wrote, are different sources with their own caps.
            var first = await RunAsync(stage, new ObjectCorpus(seed, stage is "label" or "quality")
                .Write(_folder.Combine($"in{seed}")), once);
            var second = await RunAsync(stage, [Path.Combine(once, "rows.jsonl")], twice);
            (second.In, second.Out).ShouldBe((first.Out, first.Out));
            second.Objects!.Values.ShouldAllBe(item => item.In == item.Out);
            File.ReadAllBytes(Path.Combine(twice, "rows.jsonl"))
                .ShouldBe(File.ReadAllBytes(Path.Combine(once, "rows.jsonl")));
        }
    }

    [Fact]
    public async Task Ingest_ManyObjects_ReportHasEachOfThem()
    {
        var random = new Random(5);
        var raw = Directory.CreateDirectory(_folder.Combine("raw")).FullName;
        var expected = new SortedDictionary<string, (long Out, long Aside)>(StringComparer.Ordinal);
        for (var item = 0; item < 12; item++)
        {
            var rows = Enumerable.Range(0, 1 + random.Next(30)).Select(_ => random.Next(10) > 0).ToList();
            expected[$"{item:00}.jsonl"] = (rows.Count(sound => sound), rows.Count(sound => !sound));
            File.WriteAllLines(
                Path.Combine(raw, $"{item:00}.jsonl"), rows.Select(sound => sound ? "{\"text\":\"x\"}" : "{\"text\":"));
        }

        var output = _folder.Combine("out");
        await new IngestStage(new FolderRawStore(raw), new IngestOptions { QuarantineShare = 1 }).RunAsync(output);
        var report = StageReport.Read(output).Rows!.Check("ingest");
        report.Objects!.Keys.ShouldBe(expected.Keys);
        report.Objects.Values.Select(item => (item.Out, item.Quarantined)).ShouldBe(expected.Values);
        var page = DataReport.Render("Run", [StageReport.Read(output)], new LengthHistogram());
        var (largest, counts) = report.LargestObjects(1)[0];
        page.ShouldContain($">{largest}</td><td>{counts.In}</td><td>{counts.Out}</td>");
        page.ShouldContain($"and 2 objects with {report.LargestObjects(12).Skip(10).Sum(item => item.Value.In)} rows");
    }

    private static async Task<RowAccounting> RunAsync(string stage, string[] inputs, string output, int workers = 1) =>
        stage switch
        {
            "clean" => (await new SanitizeStage(new SanitizeOptions
            {
                Modes = new Dictionary<PiiType, PiiMode> { [PiiType.Email] = PiiMode.Drop },
            }).RunAsync(inputs, output)).Rows,
            "quality" => (await new QualityStage(new QualityOptions { RowsPerSource = 20 })
                .RunAsync(inputs, output)).Rows,
            "dedup" => (await new DedupStage(new DedupOptions { Workers = workers }).RunAsync(inputs, output)).Rows,
            "semantic" => (await new SemanticDedupStage(new SemanticDedupOptions(), new LetterCounts())
                .RunAsync(inputs, output)).Rows,
            "repeats" => (await new RepeatStage(new RepeatOptions { Words = 10 }).RunAsync(inputs, output)).Rows,
            "decontaminate" => (await new DecontaminationStage(new DecontaminationOptions { NGrams = [13, 8] })
                .RunAsync(inputs, [new EvaluationItem("gate", "1", ObjectCorpus.Item)], output)).Rows,
            "holdout" => (await new HoldoutStage(new HoldoutOptions()).RunAsync(inputs, output)).Rows,
            "split" => (await new ClusterSplitStage(new ClusterSplitOptions()).RunAsync(inputs, output)).Rows,
            "label" => (await new LabelStage([], []).RunAsync(inputs, output)).Rows,
            _ => throw new ArgumentOutOfRangeException(nameof(stage)),
        };

    // The list has the rule and, elsewhere in the line, the evaluation set.
    private static string Short(string stage, string rule) => stage == "decontaminate" ? rule.Split(':')[0] : rule;

    private static Dictionary<string, long> RemovedOf(string output, string home, ObjectCorpus corpus)
    {
        if (File.Exists(Path.Combine(output, "test.jsonl")) && !Directory.Exists(Path.Combine(output, "clusters")))
        {
            var held = Rows(output, "test.jsonl").LongCount(row => row.GetProperty("home").GetString() == home);
            return held == 0 ? [] : new Dictionary<string, long> { ["held-out"] = held };
        }

        return Rows(output, "removed.jsonl")
            .Where(row => HomeOf(row.GetProperty("id").GetString()!, corpus) == home) // every line has one
            .GroupBy(row => row.GetProperty("rule").GetString()!)
            .ToDictionary(group => group.Key, group => group.LongCount());
    }

    // Dedup names a row without an id by file number and byte, the others by file name and line.
    private static string HomeOf(string id, ObjectCorpus corpus) =>
        id.Contains('@') ? $"{id.Split('@')[0]}.jsonl" : corpus.HomeOf[id];

    private static long OutOf(string stage, string output, string home, ObjectCorpus corpus) => stage switch
    {
        // Writes no rows: all that it could read.
        "repeats" => corpus.In[home] - corpus.Broken.GetValueOrDefault(home),
        "holdout" => Count(output, home, "train.jsonl"),
        "split" => Count(output, home, "train.jsonl") + Count(output, home, "validation.jsonl")
            + Count(output, home, "test.jsonl"),
        _ => Count(output, home, "rows.jsonl"),
    };

    private static long Count(string output, string home, string file) =>
        Rows(output, file).LongCount(row => row.GetProperty("home").GetString() == home);

    private static IEnumerable<JsonElement> Rows(string output, string file) =>
        File.Exists(Path.Combine(output, file))
            ? File.ReadLines(Path.Combine(output, file)).Select(line => JsonDocument.Parse(line).RootElement) : [];

    private sealed class LetterCounts : ITextEmbedder
    {
        public int Dimensions => 128;

        public int BatchSize => 7;

        public void Embed(IReadOnlyList<string> texts, Span<float> vectors)
        {
            vectors.Clear();
            for (var text = 0; text < texts.Count; text++)
            {
                foreach (var letter in texts[text])
                {
                    vectors[(text * Dimensions) + (letter & 0x7F)]++;
                }
            }
        }
    }
}
