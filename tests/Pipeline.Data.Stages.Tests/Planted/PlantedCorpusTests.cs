using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Dedup;
using Pipeline.Data.Formats;
using Pipeline.Data.Ingest;
using Pipeline.Data.Labels;
using Pipeline.Data.Readers;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Splits;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Tests.Planted;

/// <summary>The stages one after the other, each compared with what was planted for it.</summary>
public sealed class PlantedCorpusTests : IDisposable
{
    private static readonly SanitizeOptions Clean = new()
    {
        Pii = new PiiOptions { GivenNames = new HashSet<string> { "Ximena" } },
    };
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S0_01_Ingest_QuarantinesTheMalformedRowsAndNoOther()
    {
        var manifest = await IngestAsync();
        (manifest.Rows.In, manifest.Rows.Quarantined)
            .ShouldBe((PlantedCorpus.Expected.GetProperty("lines").GetInt64(), PlantedCorpus.Kind("malformed")));
        var rows = PlantedCorpus.Rows(_folder.Combine("ingest", "rows.jsonl")).ToList();
        rows.GroupBy(PlantedCorpus.Kind).ToDictionary(group => group.Key, group => group.Count())
            .ShouldBe(
                PlantedCorpus.Expected.GetProperty("kinds").EnumerateObject().Where(kind => kind.Name != "malformed")
                    .ToDictionary(kind => kind.Name, kind => kind.Value.GetInt32()), ignoreOrder: true);
        rows.GroupBy(row => row.GetProperty("license").GetString()!)
            .ToDictionary(group => group.Key, group => group.Count())
            .ShouldBe(
                PlantedCorpus.Expected.GetProperty("licences").EnumerateObject()
                    .ToDictionary(kind => kind.Name, kind => kind.Value.GetInt32()), ignoreOrder: true);
    }

    [Fact]
    public async Task S0_02_S2_02_S0_53_Clean_RepairsEveryDefectAndFindsEverySpan()
    {
        await IngestAsync();
        var summary = await new SanitizeStage(Clean)
            .RunAsync([_folder.Combine("ingest", "rows.jsonl")], _folder.Combine("clean"));
        summary.Rows.Check("clean").Out.ShouldBe(summary.Rows.In);
        summary.PiiSpans.ShouldBe(
            PlantedCorpus.Expected.GetProperty("piiPerType").EnumerateObject()
                .ToDictionary(type => type.Name, type => type.Value.GetInt64()), ignoreOrder: true);
        var texts = PlantedCorpus.Rows(_folder.Combine("clean", "rows.jsonl"))
            .ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("text").GetString());
        foreach (var defect in PlantedCorpus.Expected.GetProperty("cleaned").EnumerateObject())
        {
            texts[defect.Name].ShouldBe(defect.Value.GetString());
        }

        summary.ChangedRows.ShouldBe(30 + 80);
        (await new SanitizeStage(Clean)
            .RunAsync([_folder.Combine("clean", "rows.jsonl")], _folder.Combine("again"))).ChangedRows.ShouldBe(0);
        File.ReadAllText(_folder.Combine("clean", "rows.jsonl")).ShouldNotContain("AKIAQWERTY");
    }

    [Fact]
    public async Task S1_13_S1_14_Dedup_RemovesTheDuplicatesAndLeavesTheControlGroup()
    {
        await IngestAsync();
        var summary = await new DedupStage(new DedupOptions { Fields = TextFields.Named("text") })
            .RunAsync([_folder.Combine("ingest", "rows.jsonl")], _folder.Combine("dedup"));
        summary.Rows.Removed["exact"].ShouldBe(PlantedCorpus.Kind("exact"));
        // Every pair is at 0.836, where 14 bands of 8 rows find 97 % of the pairs.
        summary.Rows.Removed["near"]
            .ShouldBeInRange((long)(0.95 * PlantedCorpus.Kind("near")), PlantedCorpus.Kind("near"));
        PlantedCorpus.Rows(_folder.Combine("dedup", "rows.jsonl")).Count(row => PlantedCorpus.Kind(row) == "control")
            .ShouldBe(PlantedCorpus.Kind("control"));

        // Pairs are listed: the copy goes, the planted original is named, and nothing else is called a duplicate.
        var original = PlantedCorpus.Rows(_folder.Combine("ingest", "rows.jsonl")).ToDictionary(
            row => row.GetProperty("_id").GetString()!, row => (Kind: PlantedCorpus.Kind(row), Text: Words(row)));
        foreach (var pair in PlantedCorpus.Rows(_folder.Combine("dedup", "removed.jsonl")))
        {
            var rule = pair.GetProperty("rule").GetString();
            var (gone, stays) = (original[pair.GetProperty("id").GetString()!],
                original[pair.GetProperty("repeats").GetString()!]);
            (new[] { gone.Kind, stays.Kind }).Order()
                .ShouldBe([rule == "exact" ? "exact" : "near", "valid"], ignoreOrder: true);
            (gone.Text == stays.Text).ShouldBe(rule == "exact");
        }

        // A lower threshold asks for another banding, which then finds the control group too.
        var low = new DedupOptions
        {
            Fields = TextFields.Named("text"),
            Threshold = 0.55,
            Bands = LshBands.Finding(0.55),
        };
        var loose = await new DedupStage(low)
            .RunAsync([_folder.Combine("ingest", "rows.jsonl")], _folder.Combine("low"));
        var both = PlantedCorpus.Kind("near") + PlantedCorpus.Kind("control");
        loose.Rows.Removed["near"].ShouldBeInRange((long)(0.95 * both), both);
    }

    [Fact]
    public async Task S1_16_Decontaminate_FindsEveryPlantedOverlapAndNothingElse()
    {
        await IngestAsync();
        var items = Items(Path.Combine(PlantedCorpus.Folder, "evaluation.jsonl"), "planted");
        foreach (var n in new[] { 8, 13 })
        {
            var output = _folder.Combine($"decontaminate{n}");
            var summary = await new DecontaminationStage(new DecontaminationOptions { NGrams = [n] })
                .RunAsync([_folder.Combine("ingest", "rows.jsonl")], items, output);
            // Twelve words in common are what a rule of thirteen leaves and a rule of eight finds.
            var found = n == 8 ? new[] { "evaluation", "evaluation-12" } : ["evaluation"];
            summary.Rows.RemovedTotal.ShouldBe(found.Sum(PlantedCorpus.Kind));
            PlantedCorpus.Rows(Path.Combine(output, "rows.jsonl"))
                .ShouldAllBe(row => !found.Contains(PlantedCorpus.Kind(row)));
            PlantedCorpus.Rows(Path.Combine(output, "removed.jsonl"))
                .ShouldAllBe(row => row.GetProperty("hits")[0].GetProperty("item").GetString()!.StartsWith('e'));
        }
    }

    [Fact]
    public async Task OverLengthAndMissingTerminators_OfTheTrainingSet_AreWhatWasPlanted()
    {
        await IngestAsync();
        var model = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
        var source = new DatasetSource("planted", [_folder.Combine("ingest", "rows.jsonl")])
        {
            Format = DataFormat.Text,
        };
        DatasetIndex Build(OverLength longer, double missing) => new DatasetBuilder().Build(
            new DatasetRecipe("planted", model, [source])
            {
                Labels = new LabelOptions { MaxLength = 1024, OverLength = longer },
                MaxMissingTerminators = missing,
            }, _folder.Combine($"set-{longer}-{missing}"));
        var rows = PlantedCorpus.Expected.GetProperty("lines").GetInt64() - PlantedCorpus.Kind("malformed");

        var dropped = Build(OverLength.Drop, 0.05);
        dropped.Accounting.Removed["over-length"].ShouldBe(PlantedCorpus.Kind("over-length"));
        // Rows that break off get their terminator as all others do.
        (dropped.Rows, dropped.Audit.WithTerminator).ShouldBe(
            (rows - PlantedCorpus.Kind("over-length"), rows - PlantedCorpus.Kind("over-length")));

        var cut = Build(OverLength.KeepStart, 0.05);
        (cut.Rows, cut.Audit.CutTerminators, cut.Audit.WithTerminator).ShouldBe(
            (rows, PlantedCorpus.Kind("over-length"), rows - PlantedCorpus.Kind("over-length")));
        Should.Throw<DataInputException>(() => Build(OverLength.KeepStart, 0.001))
            .Message.ShouldContain($"{PlantedCorpus.Kind("over-length")} of {rows} rows lose their end-of-turn token");
    }

    [Fact]
    public async Task I_13_DebianMmlu_PlantedItemsGoAndNoNGramOfAnyItemRemains()
    {
        var path = Path.Combine(Repository.Root, "infra", "benchmarks", "debian-mmlu", "test.jsonl");
        var items = Items(path, "debian-mmlu");
        var random = new Random(9);
        var planted = items.OrderBy(_ => random.Next()).Take(100)
            .Select((item, i) =>
                JsonSerializer.Serialize(
                    new { id = $"leak{i}", text = $"Some words before. {item.Text.ToUpperInvariant()} And after." }));
        var clean = Enumerable.Range(0, 300)
            .Select(i =>
                JsonSerializer.Serialize(
                    new
                    {
                        id = $"clean{i}",
                        text = string.Join(' ', Enumerable.Range(0, 40).Select(_ => $"w{random.Next(5000)}"))
                    }));
        File.WriteAllLines(_folder.Combine("in.jsonl"), planted.Concat(clean).OrderBy(_ => random.Next()));
        var options = new DecontaminationOptions { NGrams = [8], MinimumWords = 4 };
        var summary = await new DecontaminationStage(options)
            .RunAsync([_folder.Combine("in.jsonl")], items, _folder.Combine("out"));
        (summary.Rows.RemovedTotal, summary.Rows.Out).ShouldBe((100, 300));
        var again = await new DecontaminationStage(options)
            .RunAsync([_folder.Combine("out", "rows.jsonl")], items, _folder.Combine("again"));
        again.Rows.RemovedTotal.ShouldBe(0);

        // Training asks for the digest of the gate sets as they are now: a changed item makes it refuse.
        var now = new Dictionary<string, string> { ["debian-mmlu"] = DecontaminationStage.DigestOf(items) };
        again.Require(now);
        now["debian-mmlu"] = DecontaminationStage.DigestOf(
            items.Select((item, i) => i == 0 ? item with { Text = item.Text + " more" } : item));
        Should.Throw<InvalidDataException>(() => again.Require(now)).Message.ShouldContain("debian-mmlu");
    }

    [Fact]
    public async Task S1_17_Holdout_ComesFirstAndIsDrawnFromRawRows()
    {
        var manifest = await IngestAsync();
        var summary = await new HoldoutStage(new HoldoutOptions { Fraction = 0.10, Seed = 3 })
            .RunAsync([_folder.Combine("ingest", "rows.jsonl")], _folder.Combine("holdout"));
        summary.HeldOut.ShouldBeGreaterThanOrEqualTo((long)Math.Ceiling(0.10 * manifest.Rows.Out));
        var held = PlantedCorpus.Rows(_folder.Combine("holdout", "test.jsonl"))
            .Select(row => row.GetProperty("_id").GetString()).ToList();
        var raw = PlantedCorpus.Rows(_folder.Combine("ingest", "rows.jsonl"))
            .Select(row => row.GetProperty("_id").GetString()).ToHashSet();
        held.ShouldAllBe(id => raw.Contains(id));
        Should.Throw<ArgumentException>(() => new HoldoutStage(new HoldoutOptions { Fraction = 0.09 }));
    }

    [Fact]
    public async Task I_12_RowOrderWorkersAndRestart_GiveTheSameRemovals()
    {
        await IngestAsync();
        var rows = File.ReadAllLines(_folder.Combine("ingest", "rows.jsonl"));
        HashSet<string>? first = null;
        foreach (var seed in Enumerable.Range(0, 5))
        {
            var shuffled = rows.ToArray();
            new Random(seed).Shuffle(shuffled);
            File.WriteAllLines(_folder.Combine("shuffled.jsonl"), shuffled);
            var options = new DedupOptions
            {
                Fields = TextFields.Named("text"),
                Workers = 1 + (seed % 3),
                MemoryBudgetBytes = seed % 2 == 0
                    ? 4096 : 1 << 20,
            };
            await new DedupStage(options).RunAsync([_folder.Combine("shuffled.jsonl")], _folder.Combine("out"));
            var removed = PlantedCorpus.Rows(_folder.Combine("out", "removed.jsonl"))
                .Select(row => row.GetProperty("id").GetString()!).ToHashSet();
            removed.ShouldBe(first ??= removed, ignoreOrder: true);
        }
    }

    private static string Words(JsonElement row) => string.Join(' ', row.GetProperty("text").GetString()!
        .ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static List<EvaluationItem> Items(string path, string task) =>
    [
        .. PlantedCorpus.Rows(path).Select((item, i) => new EvaluationItem(
            task, item.TryGetProperty("id", out var id) ? id.GetString()! : $"{i}",
            $"{item.GetProperty("question").GetString()} "
                + $"{item.GetProperty("choices")[item.GetProperty("answer").GetInt32()].GetString()}")),
    ];

    private async Task<IngestManifest> IngestAsync()
    {
        var raw = Directory.CreateDirectory(_folder.Combine("raw")).FullName;
        File.Copy(Path.Combine(PlantedCorpus.Folder, "planted.jsonl"), Path.Combine(raw, "planted.jsonl"));
        return await new IngestStage(new FolderRawStore(raw), new IngestOptions { QuarantineShare = 0.05 })
            .RunAsync(_folder.Combine("ingest"));
    }
}
