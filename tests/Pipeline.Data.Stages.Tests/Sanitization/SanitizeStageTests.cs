using System.Text.Json;
using Pipeline.Data.Sanitization;

namespace Pipeline.Data.Tests.Sanitization;

public sealed class SanitizeStageTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<(SanitizeSummary Summary, string[] Rows)> Run(
        string output, SanitizeOptions options, params string[] lines)
    {
        File.WriteAllLines(_folder.Combine("in.jsonl"), lines);
        var summary = await new SanitizeStage(options).RunAsync([_folder.Combine("in.jsonl")], _folder.Combine(output));
        return (summary, File.ReadAllLines(_folder.Combine(output, "rows.jsonl")));
    }

    private static string Row(int id, string text) => JsonSerializer.Serialize(new { id, text });

    private static string Text(string row) => JsonDocument.Parse(row).RootElement.GetProperty("text").GetString()!;

    [Theory]
    [InlineData("a\r\nb\rc", "a\nb\nc")]
    [InlineData("zero\u200bwidth\u0007 bell", "zerowidth bell")]
    [InlineData("one\n\n\n\n\ntwo", "one\n\ntwo")]
    [InlineData("Caf\u00c3\u00a9", "Caf\u00e9")]
    [InlineData("end  \nline\t\n", "end\nline\n")]
    [InlineData("untouched Caf\u00e9 \u2019text\u2019", "untouched Caf\u00e9 \u2019text\u2019")]
    public async Task S0_02_Defects_AreRepairedOnceAndForAll(string before, string after)
    {
        var (first, rows) = await Run("a", new SanitizeOptions(), Row(1, before));
        Text(rows[0]).ShouldBe(after);
        first.ChangedRows.ShouldBe(before == after ? 0 : 1);
        (await Run("b", new SanitizeOptions(), rows)).Summary.ChangedRows.ShouldBe(0);
    }

    [Theory]
    [InlineData(PiiMode.Replace, "write to <EMAIL> or <EMAIL>")]
    [InlineData(PiiMode.Mask, "write to ***********.*** or ***********.***")]
    [InlineData(PiiMode.Redact, "write to  or ")]
    [InlineData(PiiMode.Keep, "write to ann@example.org or ann@example.org")]
    public async Task RunAsync_Mode_GivesTheText(PiiMode mode, string expected) =>
        Text((await Run("a", new SanitizeOptions { Mode = mode },
            Row(1, "write to ann@example.org or ann@example.org"))).Rows[0]).ShouldBe(expected);

    [Fact]
    public async Task KeepRows_WhatWouldRemoveARow_IsReplacedInTextsAndNames()
    {
        string[] lines = [Row(1, "ann@example.org"),
            """{"id":2,"ann@example.org":"x","bob@example.org":"y","text":"plain"}""", Row(3, "plain")];
        var drop = new SanitizeOptions { Mode = PiiMode.Drop };
        (await Run("dropped", drop, lines)).Rows.ShouldBe([lines[2]]);
        var (summary, rows) = await Run("kept", drop with { KeepRows = true }, lines);
        (summary.Rows.In, summary.Rows.Out).ShouldBe((3, 3));
        Text(rows[0]).ShouldBe("<EMAIL>");
        var named = JsonDocument.Parse(rows[1]).RootElement;
        (named.GetProperty("<EMAIL-1>").GetString(), named.GetProperty("<EMAIL-2>").GetString(),
            named.GetProperty("text").GetString()).ShouldBe(("x", "y", "plain"));
        summary.PiiSpans["EMAIL"].ShouldBe(3);
        (await Run("again", drop with { KeepRows = true }, rows)).Rows.ShouldBe(rows);
    }

    [Fact]
    public async Task RunAsync_Pseudonym_SameValueSameNameAndStableOnSecondPass()
    {
        var options = new SanitizeOptions { Mode = PiiMode.Pseudonym, Key = new byte[] { 1, 2, 3 } };
        var (_, rows) =
            await Run("a", options, Row(1, "ann@example.org"), Row(2, "bob@example.org"), Row(3, "ann@example.org"));
        Text(rows[0]).ShouldBe(Text(rows[2]));
        Text(rows[0]).ShouldNotBe(Text(rows[1]));
        (await Run("b", options, rows)).Rows.ShouldBe(rows);
        Should.Throw<ArgumentException>(
            () => new SanitizeStage(new SanitizeOptions { Mode = PiiMode.Hash })).Message.ShouldContain("key");
    }

    [Fact]
    public async Task S0_53_Secrets_AreInNoOutputFile()
    {
        const string Secret = "AKIAQWERTYUIOPASDFGH";
        var options = new SanitizeOptions
        {
            Key = new byte[] { 9 },
            Modes = new Dictionary<PiiType, PiiMode> { [PiiType.UsSsn] = PiiMode.Drop },
        };
        var (summary, _) = await Run(
            "a", options, Row(1, "key " + Secret), Row(2, "SSN 123-45-6789"),
            "{\"id\":3,\"ann@example.org\":1,\"text\":\"x\"}", "{broken " + Secret,
            "{\"id\":5,\"meta\":{\"by\":[\"bob@example.org\"]}}");
        (summary.Rows.In, summary.Rows.Out, summary.Rows.Quarantined).ShouldBe((5, 2, 1));
        summary.Rows.Removed.ShouldBe(new SortedDictionary<string, long> { ["pii-in-key"] = 1, ["pii:US_SSN"] = 1 });
        foreach (var file in Directory.GetFiles(_folder.Combine("a")))
        {
            var content = File.ReadAllText(file);
            content.ShouldNotContain(Secret);
            content.ShouldNotContain("123-45-6789");
            content.ShouldNotContain("@example.org");
        }

        File.ReadAllText(_folder.Combine("a", "audit.jsonl")).ShouldContain("\"type\":\"AWS_ACCESS_KEY\"");
    }

    [Fact]
    public async Task I_15_GoldenTexts_SecondPassChangesNothingAndRowsStayJson()
    {
        var texts = File.ReadLines(Fixtures.Require("pii/texts.jsonl"))
            .Select((line, i) => Row(i, JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!))
            .ToArray();
        foreach (var mode in new[] { PiiMode.Replace, PiiMode.Mask, PiiMode.Hash })
        {
            var options = new SanitizeOptions { Mode = mode, Key = new byte[] { 7 } };
            var (_, rows) = await Run("a", options, texts);
            rows.Length.ShouldBe(texts.Length);
            (await Run("b", options, rows)).Rows.ShouldBe(rows, mode.ToString());
        }
    }
}
