using System.Text;
using System.Text.Json;
using Pipeline.Data.Sanitization;

namespace Pipeline.Data.Tests.Sanitization;

/// <summary>Personal data and markup that hide from a plain scan.</summary>
public sealed class DisguiseTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mail ann\uFF20example.org now", "mail <EMAIL> now")]
    [InlineData("card 4111\u200D1111\u200D1111\u200D1111 ok", "card <CREDIT_CARD> ok")]
    [InlineData("card \u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661 ok", "card <CREDIT_CARD> ok")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 00.", "IBAN <IBAN>.")]
    [InlineData("go to ?to=ann%40example.org&x=1", "go to ?to=<EMAIL>&x=1")]
    [InlineData("blob YW5uLnNtaXRoQGV4YW1wbGUub3Jn end", "blob <EMAIL> end")]
    [InlineData("hex 616e6e2e736d697468406578616d706c652e6f7267 end", "hex <EMAIL> end")]
    [InlineData("Server=db;User Id=app;Password=hunter22;Encrypt=true",
        "Server=db;User Id=app;Password=<CONNECTION_SECRET>;Encrypt=true")]
    [InlineData("the field password= is empty", "the field password= is empty")]
    [InlineData("sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("100%25 sure, aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90IHBlcnNvbmFs",
        "100%25 sure, aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90IHBlcnNvbmFs")]
    public async Task B22_DisguisedData_IsFoundAndOnlyItIsReplaced(string text, string expected) =>
        (await CleanAsync(text)).ShouldBe(expected);

    [Theory]
    [InlineData("<p>Hello <b>world</b> &amp; all</p>", "Hello world & all\n")]
    [InlineData("a<br/>b<!-- note --><script>var x = '<b>';</script>c", "a\nbc")]
    [InlineData("if a < b and List<int> x", "if a < b and List<int> x")]
    [InlineData("plays <audio> or <video> and <b>", "plays <audio> or <video> and <b>")]
    [InlineData("<p>one <img src=x> <font color=red>two<p>three", "one  two\nthree")]
    [InlineData("see &lt;b&gt; alone", "see &lt;b&gt; alone")]
    [InlineData("<i>see</i> &lt;b&gt;bold&lt;/b&gt;", "see bold")]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("a\u202Etxt.exe\u202C", "atxt.exe")]
    [InlineData("z\u0316\u0317\u0318\u0319\u031a\u0321\u0322algo", "z\u0321\u0322\u0316\u0317algo")]
    [InlineData("private\uE000\uF8FF\U000F0001\U00100001", "private")]
    [InlineData("Vi\u1EC7t, \u05E9\u05C1\u05B8\u05DC\u05D5\u05B9\u05DD, \u0E17\u0E35\u0E48",
        "Vi\u1EC7t, \u05E9\u05B8\u05C1\u05DC\u05D5\u05B9\u05DD, \u0E17\u0E35\u0E48")]
    [InlineData("hidden\U000E0041\U000E0042", "hidden")]
    [InlineData("family \U0001F468\u200D\U0001F469\u200D\U0001F467",
        "family \U0001F468\u200D\U0001F469\u200D\U0001F467")]
    public async Task B27_S0_02_MarkupAndHiddenCharacters_AreCleaned(string text, string expected) =>
        (await CleanAsync(text)).ShouldBe(expected);

    [Fact]
    public async Task B25_PlaceholderInTheData_StaysApartFromOurs()
    {
        var rows = await RunAsync(new SanitizeOptions(), "write to <EMAIL> or ann@example.org, <EMAIL_1> <PHONE:abcd>");
        Text(rows[0]).ShouldBe("write to ＜EMAIL＞ or <EMAIL>, <EMAIL_1> ＜PHONE:abcd＞");
        var again = await RunRowsAsync(new SanitizeOptions(), rows);
        again.ShouldBe(rows);
    }

    [Fact]
    public async Task I_15_AnyMixOfFragments_SecondPassChangesNothingAndRowsStayJson()
    {
        string[] parts = ["ann@example.org", "<b>", "</b>", "&lt;", "&#13;", "\r", "\r\n", "\n\n\n", " ", "\t",
            "\u200b", "\u0301", "e", "<EMAIL>", "Ã©",
            "4111 1111 1111 1111", "%40", "＠", "Password=x;", "\U000E0041", "\"", "\\", "<", ">", "&", "ä", "中",
            "\U0001F600", "<script>", "1", "-", "+49 170 1234567", "&#64;", "&#", "%2540", "%25", "password", "=", ":",
            "token: ", "Authorization: Bearer ", "5f2b8c1d9e7a4b3c6d0e1f2a", "Passw0rd99", "'", "DB_PASSWORD=", "и",
            "(030) ", "123456", "8.8.8.8", "/", ";", "dob", "1984-03-12", "SSN ", "123 45 6789", "tel ", "\uE000",
            "\u0301\u0302\u0303\u0304\u0305", "host=", "https://", "xapp-1-", "de89370400440532013000"];
        var random = new Random(11);
        var texts = Enumerable.Range(0, 800)
            .Select(_ =>
                string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)])))
            .ToArray();
        foreach (var mode in new[] { PiiMode.Replace, PiiMode.Mask, PiiMode.Redact, PiiMode.Pseudonym })
        {
            var options = new SanitizeOptions { Mode = mode, Key = new byte[] { 5 } };
            var rows = await RunAsync(options, texts);
            rows.Length.ShouldBe(texts.Length);
            var again = await RunRowsAsync(options, rows);
            foreach (var (first, second) in rows.Zip(again))
            {
                second.ShouldBe(first, mode.ToString());
            }
        }
    }

    [Fact]
    public async Task Custom_WordsAndPatterns_AreReplaced()
    {
        var options = new SanitizeOptions
        {
            Pii = new PiiOptions { Words = ["Project Zephyr"], Patterns = [@"EMP-\d{5}"] },
        };
        Text((await RunAsync(options, "Project Zephyr is led by EMP-12345, not EMP-123"))[0])
            .ShouldBe("<CUSTOM> is led by <CUSTOM>, not EMP-123");
        Should.Throw<ArgumentException>(
            () => new PiiFinder(new PiiOptions { Patterns = [@"(a)\1"] })).Message.ShouldContain("not linear");
    }

    [Theory, InlineData("a@"), InlineData("1-"), InlineData("+1"), InlineData("<b"), InlineData("&lt;"),
        InlineData("\u0301\u0323"), InlineData("password="), InlineData("(030) "), InlineData("%4"),
        InlineData("YW5u"), InlineData("pwd=;"), InlineData("<EMAIL")]
    public async Task B23_RepeatedFragments_CostGrowsLinearly(string unit)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await RunAsync(new SanitizeOptions(), string.Concat(Enumerable.Repeat(unit, 100_000)));

        // A quadratic rule would need minutes for these lengths.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Tracer_KeepsSomeTextsOfEachRule_WithoutPersonalData()
    {
        var texts = Enumerable.Range(0, 20)
            .Select(i => i % 2 == 0 ? $"zero\u200bwidth {i}" : $"mail user{i}@example.org").ToArray();
        await RunAsync(new SanitizeOptions { TraceRows = 3 }, texts);
        var traces = File.ReadLines(_folder.Combine("out", "trace.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        traces.CountBy(trace => trace.GetProperty("rule").GetString() ?? "")
            .ShouldBe([new("invisible", 3), new("pii:EMAIL", 3)]);
        var mail = traces.First(trace => trace.GetProperty("rule").GetString() == "pii:EMAIL");
        (mail.GetProperty("before").GetString(), mail.GetProperty("after").GetString())
            .ShouldBe(("mail ************", "mail <EMAIL>"));
        File.ReadAllText(_folder.Combine("out", "trace.jsonl")).ShouldNotContain("@example.org");
    }

    private static string Text(string row) => JsonDocument.Parse(row).RootElement.GetProperty("text").GetString()!;

    private async Task<string> CleanAsync(string text) => Text((await RunAsync(new SanitizeOptions(), text))[0]);

    private Task<string[]> RunAsync(SanitizeOptions options, params string[] texts) =>
        RunRowsAsync(options, [.. texts.Select((text, id) => JsonSerializer.Serialize(new { id, text }))]);

    private async Task<string[]> RunRowsAsync(SanitizeOptions options, string[] rows)
    {
        await File.WriteAllLinesAsync(_folder.Combine("in.jsonl"), rows, new UTF8Encoding(false));
        await new SanitizeStage(options).RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("out"));
        return await File.ReadAllLinesAsync(_folder.Combine("out", "rows.jsonl"));
    }
}
