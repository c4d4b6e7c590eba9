using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Sanitization.Quality;

namespace Pipeline.Data.Tests.Sanitization;

/// <summary>Rows are rewritten token by token: only texts may change, whatever the row looks like.</summary>
public sealed class RowRewriteTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<(SanitizeSummary Summary, string[] Rows)> Run(SanitizeOptions options, params string[] lines)
    {
        File.WriteAllLines(_folder.Combine("in.jsonl"), lines);
        var summary = await new SanitizeStage(options)
            .RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("out"),
                cancellationToken: TestContext.Current.CancellationToken);
        return (summary, File.ReadAllLines(_folder.Combine("out", "rows.jsonl")));
    }

    [Theory]
    [InlineData("{ \"id\" : 1, \"n\": [1e999, -0, 9007199254740993, 1.50], \"t\":true, \"f\":false, \"x\":null, "
        + "\"a\":[] , \"o\":{}, \"text\":\"a@b.org\" }",
        "{\"id\":1,\"n\":[1e999,-0,9007199254740993,1.50],\"t\":true,\"f\":false,\"x\":null,\"a\":[],\"o\":{},\"text\":\"<EMAIL>\",\"_pii\":3}")]
    [InlineData("{\"text\":\"a@b.org\",\"meta\":{\"by\":[\"x\",[\"c@d.org\"]]},\"id\":\"late\"}",
        "{\"text\":\"<EMAIL>\",\"meta\":{\"by\":[\"x\",[\"<EMAIL>\"]]},\"id\":\"late\",\"_pii\":3}")]
    [InlineData("{\"id\":1,\"te\\u0078t\":\"a\\u0040b.org \\ud83d\\ude00 \\\"q\\\"\",\"tab\":\"\\t\"}",
        "{\"id\":1,\"text\":\"<EMAIL> \\uD83D\\uDE00 \\\"q\\\"\",\"tab\":\"\\t\",\"_pii\":3}")]
    [InlineData("{\"_pii\":0,\"text\":\"<EMAIL> a@b.org\",\"id\":2}",
        "{\"_pii\":3,\"text\":\"<EMAIL> <EMAIL>\",\"id\":2}")]
    [InlineData("{\"id\":{\"a\":\"x\",\"b\":\"y\"},\"s\":\"clean\",\"text\":\"a@b.org\"}",
        "{\"id\":{\"a\":\"x\",\"b\":\"y\"},\"s\":\"clean\",\"text\":\"<EMAIL>\",\"_pii\":3}")]
    [InlineData("{\"_id\":\"keep@me.org\",\"text\":\"plain\"}", "{\"_id\":\"keep@me.org\",\"text\":\"plain\"}")]
    public async Task RunAsync_AnyShape_ChangesTextsOnly(string before, string after) =>
        (await Run(new SanitizeOptions(), before)).Rows.ShouldBe([after]);

    [Theory]
    [InlineData("{\"id\":1,\"text\":\"a@b.org\",\"text\":\"again\"}")]
    [InlineData("{\"id\":1,\"text\":\"a@b.org\",\"o\":{\"x\":1,\"\\u0078\":2}}")]
    [InlineData("{\"id\":1,\"text\":\"a@b.org \\ud800\"}")]
    [InlineData("[\"a@b.org\"]")]
    [InlineData("{\"id\":1,\"text\":\"a@b.org\"")]
    public async Task RunAsync_RowThatCannotBeRewritten_IsSetAside(string line)
    {
        var (summary, rows) = await Run(new SanitizeOptions(), line, "{\"id\":2}");
        (summary.Rows.Quarantined, rows.Single()).ShouldBe((1, "{\"id\":2}"));
        File.ReadAllText(_folder.Combine("out", "quarantine.jsonl")).ShouldNotContain("a@b.org");
    }

    [Theory]
    [InlineData("{\"id\":1,\"dob\":\"1984-03-12\",\"a\":\"1984-03-12\"}",
        "{\"id\":1,\"dob\":\"<DATE_OF_BIRTH>\",\"a\":\"1984-03-12\",\"_pii\":3}")]
    [InlineData("{\"u\":{\"birthDate\":\"12/03/1984\",\"phones\":[\"4155552671\",\"none\"]},\"n\":\"4155552671\"}",
        "{\"u\":{\"birthDate\":\"<DATE_OF_BIRTH>\",\"phones\":[\"<PHONE>\",\"none\"]},\"n\":\"4155552671\",\"_pii\":3}")]
    [InlineData("{\"password\":\"hunter2horse\",\"ssn\":\"123456789\"}",
        "{\"password\":\"<CONNECTION_SECRET>\",\"ssn\":\"<US_SSN>\",\"_pii\":3}")]
    [InlineData("{\"version\":\"1.74.0.3\",\"token_type\":\"bearer\",\"phone\":\"red\",\"max_tokens\":\"2048\"}", null)]
    public async Task RunAsync_NameOfAField_TellsWhatItsValueIs(string row, string? expected)
    {
        var folder = _folder.Combine(Guid.NewGuid().ToString("N"));
        var (input, twice) = (_folder.Combine("told.jsonl"), folder + "-again");
        await File.WriteAllTextAsync(input, row + "\n", TestContext.Current.CancellationToken);
        var stage = new SanitizeStage(new SanitizeOptions());
        await stage.RunAsync([input], folder, cancellationToken: TestContext.Current.CancellationToken);
        var rows = Path.Combine(folder, "rows.jsonl");
        (await File.ReadAllTextAsync(rows, TestContext.Current.CancellationToken)).ShouldBe((expected ?? row) + "\n");
        await stage.RunAsync([rows], twice, cancellationToken: TestContext.Current.CancellationToken);
        (await File.ReadAllTextAsync(Path.Combine(twice, "rows.jsonl"), TestContext.Current.CancellationToken))
            .ShouldBe((expected ?? row) + "\n");
    }

    [Fact]
    public async Task RunAsync_Audit_NamesPathsAndBytes()
    {
        const string Line =
            "{\"_id\":\"r1\",\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"user\",\"content\":\"to a@b.org\"}],\"n\\u00e4me\":[[1,\"c@d.org\"]]}";
        await Run(new SanitizeOptions(), Line);
        var edits = File.ReadLines(_folder.Combine("out", "audit.jsonl")).Select(line => JsonNode.Parse(line)!)
            .ToList();
        edits.Select(edit => edit["id"]!.ToString()).ShouldBe(["r1", "r1"]);
        edits.Select(edit => $"{edit["edit"]!["path"]} {edit["edit"]!["start"]}-{edit["edit"]!["end"]}")
            .ShouldBe(["$.messages[1].content 3-10", "$.näme[0][1] 0-7"]);
    }

    [Fact]
    public async Task RunAsync_ManyNames_AreComparedInTimeThatGrowsWithTheRow()
    {
        var row = new JsonObject { ["id"] = 1, ["text"] = "a@b.org" };
        for (var i = 0; i < 20_000; i++)
        {
            row[$"field{i}"] = i;
        }

        var (summary, rows) = await Run(
            new SanitizeOptions(), row.ToJsonString(),
            row.ToJsonString().Replace("\"field19999\"", "\"field0\"", StringComparison.Ordinal));
        (summary.Rows.Out, summary.Rows.Quarantined).ShouldBe((1, 1));
        rows[0].ShouldEndWith("\"field19999\":19999,\"_pii\":3}");
    }

    [Fact]
    public async Task RunAsync_Quality_IsJudgedOnTheCleanedText()
    {
        var options = new SanitizeOptions
        {
            Mode = PiiMode.Redact,
            Quality = QualityLimits.Instruction.With(QualityRule.Words, 2, 5),
        };
        var (summary, rows) = await Run(
            options, "{\"id\":1,\"text\":\"write me a@b.org now\"}", "{\"id\":2,\"text\":\"only a@b.org\"}",
            "{\"id\":3,\"text\":\"one\"}");
        rows.ShouldBe(["{\"id\":1,\"text\":\"write me  now\"}"]);
        summary.Rows.Removed.ShouldBe(new SortedDictionary<string, long> { ["quality:words"] = 2 });
        File.ReadAllText(_folder.Combine("out", "removed.jsonl")).ShouldContain("\"2\"");
    }

    [Theory]
    [InlineData("order 4111111111111112 shipped")]
    [InlineData("version 10.2.3.4, Release: 2.12.1.7 and 300.1.2.3 or 1.2.3.4.5")]
    [InlineData("released 2024-03-05, then 12/05/2024 and 05.03.2024")]
    [InlineData("ISBN 978-3-16-148410-0, RFC 4122")]
    public async Task B24_LookAlikes_AreLeftAlone(string text)
    {
        var line = JsonSerializer.Serialize(new { id = 1, text });
        var (summary, rows) = await Run(new SanitizeOptions(), line);
        (summary.PiiSpans.Count, rows.Single()).ShouldBe((0, line), string.Join(", ", summary.PiiSpans));
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY", "AKIAQWERTYUIOPASDFGH", "AKIAQWERTYUIOPASDFGH")]
    [InlineData("GITHUB_TOKEN", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("SLACK_TOKEN", "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx")]
    [InlineData("JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "dozjgNryP4J3jVmNHl0w5N")]
    [InlineData("PRIVATE_KEY",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC")]
    [InlineData("CONNECTION_SECRET", "Server=db;User Id=sa;Password=hunter2horse;", "hunter2horse")]
    [InlineData("URL_CREDENTIALS", "https://ann:hunter2horse@example.org/x", "hunter2horse")]
    public async Task B26_Secrets_AreRedactedOrDropTheRowAndStandInNoFile(string type, string text, string secret)
    {
        var line = JsonSerializer.Serialize(new { id = 1, text = "use " + text });
        foreach (var mode in new[] { PiiMode.Redact, PiiMode.Drop })
        {
            var (summary, rows) =
                await Run(new SanitizeOptions { Mode = mode, Key = new byte[] { 1 } }, line, "{broken " + secret);
            summary.PiiSpans.Keys.ShouldContain(type);
            rows.Length.ShouldBe(mode == PiiMode.Drop ? 0 : 1);
            Directory.GetFiles(_folder.Combine("out"))
                .ShouldAllBe(file => !File.ReadAllText(file).Contains(secret, StringComparison.Ordinal));
            File.ReadAllText(_folder.Combine("out", "audit.jsonl")).ShouldContain($"\"type\":\"{type}\"");
        }
    }

    [Fact]
    public void EncodedRuns_AtEveryPlace_AreFoundFromSixteenDigitsOn()
    {
        var (finder, spans) = (new PiiFinder(new PiiOptions()), new List<PiiSpan>());
        var run = Convert.ToBase64String("mail ann@example.org"u8).TrimEnd('=');
        for (var before = 0; before < 140; before++)
        {
            var text = string.Concat(Enumerable.Range(0, before).Select(i => i % 9 == 8 ? ' ' : 'x'));
            text = (text.Length > 0 ? text[..^1] + " " : text) + run + (before % 2 == 0 ? " tail" : "");
            finder.Find(Encoding.ASCII.GetBytes(text), spans);
            spans.ShouldHaveSingleItem().ShouldBe(new PiiSpan(PiiType.Email, before, before + run.Length));
        }
    }
}
