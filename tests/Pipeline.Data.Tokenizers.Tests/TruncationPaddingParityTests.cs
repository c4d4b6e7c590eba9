using System.Text;
using System.Text.Json;
using static Pipeline.Data.Tokenizers.Tests.TokenizerFixtures;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class TruncationPaddingParityTests
{
    [Fact]
    public void EncodeDetailed_TruncationAndPaddingVariants_EqualReference()
    {
        var document =
            Encoding.UTF8.GetString(File.ReadAllBytes(Fixtures.Require("tokenizers/truncpad.tokenizer.json")));
        var original = JsonDocument.Parse(document).RootElement;
        var problems = new List<string>();
        var cases = 0;
        foreach (var variant in Json("truncpad.cases.json").GetProperty("variants").EnumerateArray())
        {
            var truncation = variant.GetProperty("truncation").GetRawText();
            var padding = variant.GetProperty("padding").GetRawText();
            var fields = original.EnumerateObject()
                .Select(field => JsonSerializer.Serialize(field.Name) + ":" + field.Name switch
                {
                    "truncation" => truncation,
                    "padding" => padding,
                    _ => field.Value.GetRawText(),
                });
            var tokenizer = HuggingFaceTokenizer.FromJson(Encoding.UTF8.GetBytes("{" + string.Join(',', fields) + "}"));
            foreach (var item in variant.GetProperty("single").EnumerateArray())
            {
                var text = item.GetProperty("text").GetString()!;
                Check("single", item.GetProperty("result"),
                    () => [tokenizer.EncodeDetailed(text, unit: OffsetUnit.CodePoint)]);
                Check("without template", item.GetProperty("no_special"),
                    () => [tokenizer.EncodeDetailed(text, null, false, unit: OffsetUnit.CodePoint)]);
            }

            var batch = variant.GetProperty("batch");
            Check("batch", batch.GetProperty("result"),
                () => tokenizer.EncodeBatchDetailed(Strings(batch.GetProperty("texts")), unit: OffsetUnit.CodePoint));
            foreach (var pair in variant.GetProperty("pairs").EnumerateArray())
            {
                var (a, b) = (pair.GetProperty("a").GetString()!, pair.GetProperty("b").GetString()!);
                Check("pair", pair.GetProperty("result"),
                    () => [tokenizer.EncodeDetailed(a, b, unit: OffsetUnit.CodePoint)]);
            }

            void Check(string kind, JsonElement expected, Func<IReadOnlyList<TokenEncoding>> encode)
            {
                cases++;
                var problem = Compare(expected, encode);
                if (problem is not null) problems.Add($"{kind} {truncation} {padding}: {problem}");
            }
        }

        problems.Count.ShouldBe(0, string.Join('\n', problems.Take(10)));
        Fixtures.Compared("tokenizers/truncpad variants", cases);
    }

    private static string? Compare(JsonElement expected, Func<IReadOnlyList<TokenEncoding>> encode)
    {
        if (expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("error", out var error))
        {
            try
            {
                encode();
                return "no error, expected " + error.GetString();
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        var results = encode();
        var items = expected.EnumerateArray().ToList();
        if (results.Count != items.Count) return $"{results.Count} results";
        for (var i = 0; i < items.Count; i++)
        {
            var ours = Describe(results[i], full: true)
                + string.Concat(results[i].Overflowing.Select(part => "\n  " + Describe(part, full: false)));
            var theirs = Describe(items[i], full: true)
                + string.Concat(items[i].GetProperty("overflow").EnumerateArray()
                    .Select(part => "\n  " + Describe(part, full: false)));
            if (ours != theirs) return $"{ours}\nexpected {theirs}";
        }

        return null;
    }

    private static string Describe(TokenEncoding encoding, bool full) =>
        $"{string.Join(',', encoding.Ids)} {Offsets(encoding.Offsets)} {string.Join(',', encoding.AttentionMask)}"
        + (full ? $" {string.Join(',', encoding.TypeIds)} {string.Join(',', encoding.SpecialTokensMask)}" : "");

    private static string Describe(JsonElement item, bool full)
    {
        var text = $"{Join("ids")} {Offsets(item.GetProperty("offsets"))} {Join("attention_mask")}";
        return full ? text + $" {Join("type_ids")} {Join("special_mask")}" : text;

        string Join(string name) => string.Join(',', Ints(item.GetProperty(name)));
    }
}
