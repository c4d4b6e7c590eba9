using System.Text.Json;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class UnicodeClassesParityTests
{
    [Fact]
    public void CharacterClasses_AllCodePoints_EqualReference()
    {
        var file = TokenizerFixtures.Json("unicode-classes.json");
        var problems = new List<string>();
        var classes = 0;
        foreach (var item in file.GetProperty("regex").EnumerateObject())
        {
            if (item.Name.Contains("second character")) continue;
            var at = 0;
            var test = new RegexClassParser([.. item.Name.Select(c => (int)c)]).Parse(ref at, ignoreCase: false);
            Check(item.Name, item.Value, test.Accepts);
        }

        var predicates = file.GetProperty("rust");
        Check("Digits", predicates.GetProperty("Digits"), CodePoints.IsNumeric);
        Check("white space", predicates.GetProperty("WhitespaceSplit"), CodePoints.IsWhiteSpace);
        Check("StripAccents", predicates.GetProperty("StripAccents removed"), UnicodeData.Instance.Mark.Contains);
        Check("words", predicates.GetProperty("single_word blocks"), CodePoints.IsWord);
        problems.Count.ShouldBe(0, string.Join('\n', problems));
        Fixtures.Compared("tokenizers/unicode-classes", classes);

        void Check(string name, JsonElement ranges, Func<int, bool> accepts)
        {
            classes++;
            var expected = ranges.EnumerateArray()
                .SelectMany(
                    range => Enumerable.Range(range[0].GetInt32(), range[1].GetInt32() - range[0].GetInt32() + 1))
                .Where(c => c is < 0xD800 or > 0xDFFF).ToHashSet();
            var wrong = Enumerable.Range(0, 0x110000).Where(c => c is < 0xD800 or > 0xDFFF)
                .Where(c => accepts(c) != expected.Contains(c)).Take(5).ToList();
            if (wrong.Count > 0) problems.Add($"{name}: {string.Join(' ', wrong.Select(c => c.ToString("X")))}");
        }
    }

    [Fact]
    public void Normalizers_SingleCodePoints_EqualReference()
    {
        var maps = TokenizerFixtures.Json("unicode-classes.json").GetProperty("map");
        var compared = 0;
        foreach (var (name, normalizer) in new (string, TextNormalizer)[]
        {
            ("Lowercase", new LowercaseNormalizer()),
            ("NFC", new UnicodeFormNormalizer(compose: true, compatible: false)),
        })
        {
            var chain = new NormalizerChain([normalizer]);
            var expected = maps.GetProperty(name).EnumerateObject().ToDictionary(
                item => Convert.ToInt32(item.Name, 16),
                item => string.Concat(item.Value.EnumerateArray().Select(c => char.ConvertFromUtf32(c.GetInt32()))));
            for (var c = 0; c < 0x110000; c++)
            {
                if (c is >= 0xD800 and < 0xE000 or >= 0xAC00 and <= 0xD7A3) continue;
                var text = char.ConvertFromUtf32(c);
                chain.Apply(text).ShouldBe(expected.GetValueOrDefault(c, text), $"{name} of U+{c:X}");
                compared++;
            }
        }

        foreach (var (name, compose, compatible) in new[] { ("NFD", false, false), ("NFKC", true, true),
            ("NFKD", false, true) })
        {
            var chain = new NormalizerChain([new UnicodeFormNormalizer(compose, compatible)]);
            var results = new List<byte>();
            for (var c = 0; c < 0x110000; c++)
            {
                if (c is >= 0xD800 and < 0xE000 or >= 0xAC00 and <= 0xD7A3) continue;
                var text = char.ConvertFromUtf32(c);
                var result = chain.Apply(text);
                if (result != text) results.AddRange(System.Text.Encoding.UTF8.GetBytes(result));
                compared++;
            }

            Crc32([.. results]).ShouldBe(maps.GetProperty(name).GetProperty("crc32_of_utf8").GetUInt32(), name);
        }

        Fixtures.Compared("tokenizers/unicode-classes maps", compared);
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
