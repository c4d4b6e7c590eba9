using System.Text;
using System.Text.Json;
using Pipeline.Data.Sanitization;

namespace Pipeline.Data.Tests.Sanitization;

public sealed class PiiParityTests
{
    // A list as an operator would give it; names outside of it are counted as misses, not hidden.
    private static readonly HashSet<string> Names =
        [.. "Anna Bilal Chloe Dmitri Elif Farah Gustav Hana Ivo Jürgen Kofi Lena Mateo Núria Olga Paweł Quinn Rosa Søren Tariq Uma Viktor Wanda Ximena Yusuf Zoë Mary-Jane Seán".Split(' ')];

    private static string Wire(PiiType type) =>
        string.Concat(
            type.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    [Fact]
    public void S2_02_LabelledTexts_RecallAndPrecisionReachTheBar()
    {
        var scanner = new PiiScanner(new PiiOptions { PublicAddressesOnly = false, GivenNames = Names });
        var (found, gold, hit) = (new SortedDictionary<string, int>(), new SortedDictionary<string, int>(),
            new SortedDictionary<string, int>());
        var (spans, report) = (new List<PiiSpan>(), new StringBuilder());
        foreach (var line in File.ReadLines(Fixtures.Require("pii/texts.jsonl")))
        {
            var row = JsonDocument.Parse(line).RootElement;
            var text = row.GetProperty("text").GetString()!;
            scanner.Scan(Encoding.UTF8.GetBytes(text), spans);
            var expected = row.GetProperty("spans").EnumerateArray()
                .Select(span =>
                    (Type: span.GetProperty("type").GetString()!, Start: span.GetProperty("start_utf8").GetInt32(),
                        End: span.GetProperty("end_utf8").GetInt32(), Text: span.GetProperty("text").GetString()))
                .ToList();
            var actual = spans.Select(span => (Type: Wire(span.Type), span.Start, span.End)).ToList();
            foreach (var span in expected)
            {
                gold[span.Type] = gold.GetValueOrDefault(span.Type) + 1;
                if (actual.Contains((span.Type, span.Start, span.End)))
                {
                    hit[span.Type] = hit.GetValueOrDefault(span.Type) + 1;
                }
                else
                {
                    report.AppendLine($"missed {span.Type} {span.Text}");
                }
            }

            foreach (var span in actual)
            {
                found[span.Type] = found.GetValueOrDefault(span.Type) + 1;
                if (!expected.Any(want => (want.Type, want.Start, want.End) == span))
                {
                    report.AppendLine(
                        $"false {span.Type} {Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text).AsSpan(span.Start, span.End - span.Start))}");
                }
            }
        }

        foreach (var (type, count) in gold)
        {
            var right = hit.GetValueOrDefault(type);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{type,-18} recall {(double)right / count:F3} precision "
                    + $"{(double)right / Math.Max(1, found.GetValueOrDefault(type)):F3}");
            ((double)right / count).ShouldBeGreaterThanOrEqualTo(0.99, $"recall of {type}\n{report}");
            ((double)right / found[type]).ShouldBeGreaterThanOrEqualTo(0.95, $"precision of {type}\n{report}");
        }

        found.Keys.ShouldBe(gold.Keys, report.ToString());
        Fixtures.Compared("pii", gold.Values.Sum());
    }

    [Theory]
    [InlineData("full-width")]
    [InlineData("arabic-indic")]
    [InlineData("zero-width")]
    [InlineData("url")]
    public void B22_I_15_DisguisedLabels_RecallIsMeasuredAndOffsetsMapBack(string disguise)
    {
        var (finder, spans) = (new PiiFinder(new PiiOptions { PublicAddressesOnly = false, GivenNames = Names }),
            new List<PiiSpan>());
        var (gold, hit, missed) = (new SortedDictionary<string, int>(), new SortedDictionary<string, int>(),
            new StringBuilder());
        foreach (var line in File.ReadLines(Fixtures.Require("pii/texts.jsonl")))
        {
            var row = JsonDocument.Parse(line).RootElement;
            var text = Encoding.UTF8.GetBytes(row.GetProperty("text").GetString()!);
            foreach (var span in row.GetProperty("spans").EnumerateArray())
            {
                var (start, end) = (span.GetProperty("start_utf8").GetInt32(), span.GetProperty("end_utf8").GetInt32());
                var (type, value) = (span.GetProperty("type").GetString()!, span.GetProperty("text").GetString()!);
                var hidden = Encoding.UTF8.GetBytes(Disguised(value, disguise));
                if (hidden.AsSpan().SequenceEqual(text.AsSpan(start..end)))
                {
                    continue;
                }

                finder.Find([.. text[..start], .. hidden, .. text[end..]], spans);
                gold[type] = gold.GetValueOrDefault(type) + 1;
                var found = spans.Any(
                    found => Wire(found.Type) == type && (found.Start, found.End) == (start, start + hidden.Length));
                hit[type] = hit.GetValueOrDefault(type) + (found ? 1 : 0);
                _ = found ? missed : missed.AppendLine($"missed {type} {value}");
            }
        }

        foreach (var (type, count) in gold)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{disguise} {type,-18} recall {(double)hit[type] / count:F3}");
        }

        ((double)hit.Values.Sum() / gold.Values.Sum()).ShouldBeGreaterThanOrEqualTo(0.99, $"{missed}");
        Fixtures.Compared($"pii/{disguise}", gold.Values.Sum());
    }

    private static string Disguised(string value, string how) => string.Concat(value.Select((c, i) => how switch
    {
        "full-width" => c is '@' or '.' or >= '0' and <= '9' ? (char)(c - '!' + '\uFF01') : c,
        "arabic-indic" => char.IsAsciiDigit(c) ? (char)(c - '0' + '\u0660') : c,
        _ => c,
    } is var shown && how == "zero-width" && i == value.Length / 2 ? $"\u200B{c}"
        : how == "url" && c == '@' ? "%40" : $"{shown}"));

    [Fact]
    public void Validators_ListedValues_Match()
    {
        var root = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("pii/summary.json"))).RootElement.GetProperty(
            "validators");
        foreach (var pair in root.GetProperty("luhn").EnumerateArray())
        {
            NumberRules.Luhn(Encoding.ASCII.GetBytes(pair[0].GetString()!)).ShouldBe(pair[1].GetBoolean());
        }

        foreach (var pair in root.GetProperty("iban_mod97").EnumerateArray())
        {
            NumberRules.Mod97(Encoding.ASCII.GetBytes(pair[0].GetString()!)).ShouldBe(pair[1].GetBoolean());
        }

        Fixtures.Compared("pii/validators",
            root.GetProperty("luhn").GetArrayLength() + root.GetProperty("iban_mod97").GetArrayLength());
    }

    [Fact]
    public void Scan_TextCutAnywhere_NeverFailsAndSpansLieInside()
    {
        var (scanner, spans) = (new PiiScanner(new PiiOptions { GivenNames = Names }), new List<PiiSpan>());
        foreach (var line in File.ReadLines(Fixtures.Require("pii/texts.jsonl")).Take(150))
        {
            var text = Encoding.UTF8.GetBytes(JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!);
            for (var cut = 0; cut <= text.Length; cut++)
            {
                foreach (var part in new[] { text.AsMemory(0, cut), text.AsMemory(cut) })
                {
                    scanner.Scan(part.Span, spans);
                    Assert.All(
                        spans, span =>
                            Assert.True(span.Start >= 0 && span.Start < span.End && span.End <= part.Length));
                }
            }
        }
    }

    [Theory]
    [InlineData("a@")]
    [InlineData("1-")]
    [InlineData("+1")]
    [InlineData("eyJ")]
    [InlineData("a://b:")]
    [InlineData("::1")]
    [InlineData("-----BEGIN ")]
    public void B23_RepeatedAnchors_CostGrowsLinearly(string unit)
    {
        var (scanner, spans) = (new PiiScanner(new PiiOptions()), new List<PiiSpan>());
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 100_000)));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        scanner.Scan(text, spans);

        // A quadratic rule would need minutes for these lengths.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }
}
