using System.Text.Json;
using Pipeline.Tools.Data;

namespace Pipeline.Data.Tests.Cli;

/// <summary>The verb <c>data</c> on local files, through its command line.</summary>
public sealed class DataCommandTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Dedup_WithAnIndexInTheStore_ComparesEachBatchWithAllEarlierOnes()
    {
        var store = Directory.CreateDirectory(_folder.Combine("store")).FullName;
        Write("one", ("a1", Words(1)), ("a2", Words(2)));
        Write("two", ("b1", Words(2)), ("b2", Words(3)));
        Write("three", ("c1", Words(1)), ("c2", Words(3)), ("c3", Words(4)));
        foreach (var batch in new[] { "one", "two", "three" })
        {
            (await InvokeAsync("dedup", _folder.Combine(batch + ".jsonl"), "--out", _folder.Combine(batch), "--index",
                "history", "--store", store)).ShouldBe(0);
        }

        Ids("one", "rows.jsonl").ShouldBe(["a1", "a2"]);
        Ids("two", "rows.jsonl").ShouldBe(["b2"]);
        Ids("three", "rows.jsonl").ShouldBe(["c3"]);
        // The match of an earlier batch is named, with the segment that it is in.
        var removed = File.ReadLines(_folder.Combine("three", "removed.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        removed.Select(row => (row.GetProperty("rule").GetString(), row.GetProperty("repeats").GetString()))
            .ShouldBe([("history", "a1"), ("history", "b2")]);
        removed.ShouldAllBe(row => row.GetProperty("segment").GetString()!.Length > 0);
        Directory.GetFiles(Path.Combine(store), "*", SearchOption.AllDirectories)
            .Count(path => path.Contains("segments", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Semantic_WithTheShippedModel_RemovesWhatSaysTheSame()
    {
        Write("in", ("a", "A fast web server for static pages"), ("b", "A fast web server for static pages."),
            ("c", "zlib bindings written in OCaml"));
        var model = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
        (await InvokeAsync("semantic", _folder.Combine("in.jsonl"), "--out", _folder.Combine("out"), "--model", model,
            "--threshold", "0.97")).ShouldBe(0);
        Ids("out", "rows.jsonl").ShouldBe(["a", "c"]);
        Ids("out", "removed.jsonl").ShouldBe(["b"]);
    }

    [Fact]
    public async Task Clean_OwnNamesWordsPatternsAndClasses_AreTaken()
    {
        File.WriteAllText(_folder.Combine("names.txt"), "Ximena\n");
        File.WriteAllText(_folder.Combine("words.txt"), "Project Zephyr\n\n");
        Write("in", ("a", "Ximena Berg leads Project Zephyr as EMP-12345 on 10.0.0.1"), ("b", "SSN 123-45-6789"));
        (await InvokeAsync(
            "clean", _folder.Combine("in.jsonl"), "--out", _folder.Combine("out"), "--names",
            _folder.Combine("names.txt"), "--words", _folder.Combine("words.txt"), "--pattern", @"EMP-\d{5}",
            "--private-addresses", "--pii-class", "us_ssn=drop", "--pii-class", "IPV4=redact")).ShouldBe(0);
        JsonDocument.Parse(File.ReadLines(_folder.Combine("out", "rows.jsonl")).Single()).RootElement
            .GetProperty("text").GetString().ShouldBe("<PERSON> leads <CUSTOM> as <CUSTOM> on ");
        Ids("out", "removed.jsonl").ShouldBe(["b"]);
        ErrorOf("clean", "--pii-class", "SHOE=drop").ShouldContain("classes: PRIVATE_KEY");
        ErrorOf("clean", "--pii-class", "EMAIL=eat").ShouldContain("modes: replace, mask");
    }

    [Fact]
    public async Task Filter_LimitsOfFields_AreChosen()
    {
        File.WriteAllLines(_folder.Combine("in.jsonl"), [
            """{"id":"a","instruction":"say it","output":"two words"}""",
            """{"id":"b","instruction":"say it","output":"one"}""",
            """{"id":"c","instruction":"say it all over again and again and again","output":"two words"}"""]);
        (await InvokeAsync(
            "filter", _folder.Combine("in.jsonl"), "--out", _folder.Combine("out"), "--limit", "output:words=2..5",
            "--limit", "words=1..6")).ShouldBe(0);
        Ids("out", "rows.jsonl").ShouldBe(["a"]);
        File.ReadLines(_folder.Combine("out", "removed.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("rule").GetString())
            .ShouldBe(["quality:output:words", "quality:words"]);
        ErrorOf("filter", "--limit", "shoes=1..2").ShouldContain("mean-word-length");
        ErrorOf("filter", "--limit", "words=5..1").ShouldContain("such as output:words=2..500");
    }

    [Fact]
    public async Task Dedup_KeepPolicyAndBanding_AreChosen()
    {
        var text = Words(1);
        File.WriteAllLines(_folder.Combine("in.jsonl"), [
            JsonSerializer.Serialize(new { id = "a", score = 1, text }),
            JsonSerializer.Serialize(new { id = "b", score = 3, text = text.ToUpperInvariant() }),
            JsonSerializer.Serialize(new { id = "c", score = 2, text = text + " and one more" })]);
        foreach (var (keep, stays) in new[] { ("first", "a"), ("longest", "c"), ("best", "b") })
        {
            (await InvokeAsync(
                "dedup", _folder.Combine("in.jsonl"), "--out", _folder.Combine(keep), "--keep", keep, "--score-field",
                "score", "--bands", "28x4", "--field", "text")).ShouldBe(0);
            Ids(keep, "rows.jsonl").ShouldBe([stays], keep);
        }

        (await InvokeAsync(
            "dedup", _folder.Combine("in.jsonl"), "--out", _folder.Combine("exact"), "--exact-only")).ShouldBe(0);
        Ids("exact", "rows.jsonl").ShouldBe(["a", "c"]);
        ErrorOf("dedup", "--keep", "best").ShouldContain("needs --score-field");
        ErrorOf("dedup", "--bands", "14").ShouldContain("such as 14x8");
    }

    [Fact]
    public async Task Repeats_PassagesOfFiftyWords_AreReportedWithTheirPlace()
    {
        var passage = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"word{i}"));
        Write("in", ("a", $"{Words(1)} {passage}"), ("b", $"first {passage.ToUpperInvariant()}! {Words(2)}"),
            ("c", string.Join(' ', passage.Split(' ')[..49])), ("d", $"{passage} {Words(3)} {passage}"));
        (await InvokeAsync("repeats", _folder.Combine("in.jsonl"), "--out", _folder.Combine("out"))).ShouldBe(0);
        File.ReadLines(_folder.Combine("out", "repeats.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => $"{row.GetProperty("id")} {row.GetProperty("start")} {row.GetProperty("words")}")
            .ShouldBe(["b 1 60", "d 0 60", "d 90 60"]);
    }

    [Fact]
    public async Task Decontaminate_BothRunLengths_NamesTheRule()
    {
        Write("in", ("a", Words(1)), ("b", string.Join(' ', Words(1).Split(' ')[..9]) + " and more"), ("c", Words(2)));
        File.WriteAllText(
            _folder.Combine("gate.jsonl"), JsonSerializer.Serialize(new { question = Words(1), answer = "yes" }));
        (await InvokeAsync(
            "decontaminate", _folder.Combine("in.jsonl"), "--out", _folder.Combine("out"), "--against",
            _folder.Combine("gate.jsonl"), "--ngram", "13", "--ngram", "8")).ShouldBe(0);
        Ids("out", "rows.jsonl").ShouldBe(["c"]);
        File.ReadAllText(_folder.Combine("out", "removed.jsonl")).ShouldContain("ngram-8");
    }

    [Fact]
    public async Task S0_03_Label_LandsInTheRowsWithWhoAndWhenAndStaysInTheSample()
    {
        Write("in", ("a", "one"), ("b", "two"), ("c", "three"));
        Write("sample", ("a", "one"), ("c", "three"));
        File.WriteAllText(
            _folder.Combine("labels.jsonl"),
            """{"id":"c","label":"good","annotator":"ann","at":"2026-01-31T13:00:00+01:00"}""");
        string[] command = ["label", _folder.Combine("in.jsonl"), "--sample", _folder.Combine("sample.jsonl"),
            "--labels", _folder.Combine("labels.jsonl"), "--out", _folder.Combine("out")];
        (await InvokeAsync(command)).ShouldBe(0);
        Ids("out", "rows.jsonl").ShouldBe(["a", "b", "c"]);
        File.ReadLines(_folder.Combine("out", "rows.jsonl")).Last().ShouldBe(
            """{"id":"c","text":"three","_label":"good","_annotator":"ann","_annotated_at":"2026-01-31T12:00:00.0000000Z"}""");
        foreach (var label in (string[])["""{"id":"b","label":"x","annotator":"ann","at":"2026-01-31T13:00:00Z"}""",
            """{"id":"a","label":"x","annotator":"ann"}""", "{}", "nothing"])
        {
            File.WriteAllText(_folder.Combine("labels.jsonl"), label);
            await Should.ThrowAsync<InvalidDataException>(() => DataCommand.Create().Parse(command).InvokeAsync(
                new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        }
    }

    [Theory]
    [InlineData("clean"), InlineData("filter"), InlineData("dedup"), InlineData("split"), InlineData("decontaminate")]
    public async Task BadRows_OfAnyStage_AreSetAsideByFileAndLine(string stage)
    {
        byte[] rows = [.. "{\"id\":1,\"text\":\"fine\"}\n{bad\n{\"id\":3,\"text\":\""u8, 0xFF, 0xC3, .. "\"}\n"u8];
        await File.WriteAllBytesAsync(_folder.Combine("in.jsonl"), rows, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            _folder.Combine("gate.jsonl"), JsonSerializer.Serialize(new { question = Words(1), answer = "yes" }),
            TestContext.Current.CancellationToken);
        string[] against = stage == "decontaminate" ? ["--against", _folder.Combine("gate.jsonl")] : [];
        (await InvokeAsync([stage, _folder.Combine("in.jsonl"), "--out", _folder.Combine("out"), .. against]))
            .ShouldBe(0);
        var aside = File.ReadLines(
            Directory.GetFiles(_folder.Combine("out"), "quarantine.jsonl", SearchOption.AllDirectories).Single())
            .Select(line => JsonDocument.Parse(line).RootElement);
        aside.Select(row => $"{row.GetProperty("file")}:{row.GetProperty("line")}")
            .ShouldBe(["in.jsonl:2", "in.jsonl:3"]);
    }

    private string ErrorOf(string stage, params string[] options) => DataCommand.Create()
        .Parse([stage, _folder.Combine("in.jsonl"), "--out", _folder.Combine("x"), .. options]).Errors.Single().Message;

    private static Task<int> InvokeAsync(params string[] arguments) =>
        DataCommand.Create().Parse(arguments).InvokeAsync();

    private static string Words(int seed)
    {
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, 30).Select(_ => $"w{random.Next(5000)}"));
    }

    private void Write(string name, params (string Id, string Text)[] rows) =>
        File.WriteAllLines(_folder.Combine(name + ".jsonl"),
            rows.Select(row => JsonSerializer.Serialize(new { id = row.Id, text = row.Text })));

    private IEnumerable<string?> Ids(string folder, string file) =>
        File.ReadLines(_folder.Combine(folder, file))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString());
}
