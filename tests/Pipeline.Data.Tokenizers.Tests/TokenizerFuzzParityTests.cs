using System.Text;
using System.Text.Json;
using static Pipeline.Data.Tokenizers.Tests.TokenizerFixtures;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class TokenizerFuzzParityTests
{
    public static IEnumerable<TheoryDataRow<string>> Tokenizers => Rows();

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Encode_FuzzLines_EqualReference(string name)
    {
        var tokenizer = Load(name);
        var lines = 0;
        foreach (var line in Lines(name + ".fuzz.jsonl.gz").Where(line => line.Length > 0))
        {
            var item = JsonDocument.Parse(line).RootElement;
            var text = item.GetProperty("text").GetString()!;
            lines++;
            var expected = Ints(item.GetProperty("ids"));
            tokenizer.Encode(text, addSpecialTokens: false)
                .ShouldBe(expected, $"line {lines}: {item.GetProperty("text").GetRawText()}");
            tokenizer.With(null, null).EncodeDetailed(text, addSpecialTokens: false).Ids.ToArray()
                .ShouldBe(expected, $"line {lines} with offsets");
        }

        Fixtures.Compared("tokenizers/" + name + ".fuzz", lines);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Encode_Corpus_EqualsReferenceHashes(string name)
    {
        var tokenizer = Load(name);
        var expected = Json(name + ".corpus.json");
        var corpus = Encoding.UTF8.GetString(Unzip("corpus.txt.gz"));
        var lines = corpus.Split('\n');
        var hashes = new List<string>();
        var ids = tokenizer.EncodeBatch(lines, addSpecialTokens: false);
        for (var start = 0; start < lines.Length; start += 5000)
        {
            hashes.Add(Sha256([.. ids.Skip(start).Take(5000).SelectMany(line => line)]));
        }

        var whole = expected.GetProperty("lines");
        hashes.ShouldBe(Strings(whole.GetProperty("per_5000_lines")));
        ids.Sum(line => line.Length).ShouldBe(whole.GetProperty("tokens").GetInt32());
        var head = string.Concat(corpus.EnumerateRunes()
            .Take(expected.GetProperty("head").GetProperty("code_points").GetInt32()).Select(rune => rune.ToString()));
        Sha256(tokenizer.Encode(head, addSpecialTokens: false))
            .ShouldBe(expected.GetProperty("head").GetProperty("sha256").GetString());
        Fixtures.Compared("tokenizers/corpus/" + name, lines.Length + 1);
    }

    [Fact]
    public void Encode_LoneSurrogates_CountAsReplacementCharacters()
    {
        var cases = 0;
        foreach (var tokenizer in Json("lone-surrogates.json").EnumerateObject())
        {
            var engine = Load(tokenizer.Name);
            foreach (var item in tokenizer.Value.EnumerateArray())
            {
                var text = string.Concat(Ints(item.GetProperty("utf16")).Select(unit => (char)unit));
                engine.Encode(text, addSpecialTokens: false).ShouldBe(Ints(item.GetProperty("ids")));
                cases++;
            }
        }

        Fixtures.Compared("tokenizers/lone-surrogates", cases);
    }
}
