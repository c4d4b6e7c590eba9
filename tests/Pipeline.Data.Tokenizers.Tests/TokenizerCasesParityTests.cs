using System.Text.Json;
using static Pipeline.Data.Tokenizers.Tests.TokenizerFixtures;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class TokenizerCasesParityTests
{
    public static IEnumerable<TheoryDataRow<string>> Tokenizers => Rows();

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Encode_FixtureStrings_EqualReference(string name)
    {
        var tokenizer = Load(name);
        var file = Json(name + ".cases.json");
        tokenizer.VocabularySize.ShouldBe(file.GetProperty("vocab_size_with_added").GetInt32());
        tokenizer.ModelVocabularySize.ShouldBe(file.GetProperty("vocab_size").GetInt32());
        var problems = new List<string>();
        var cases = 0;
        foreach (var item in file.GetProperty("cases").EnumerateArray())
        {
            cases++;
            problems.AddRange(Compare(tokenizer, item)
                .Select(problem => $"{Show(item.GetProperty("text").GetString()!)}: {problem}"));
        }

        foreach (var pair in file.GetProperty("pairs").EnumerateArray())
        {
            cases++;
            problems.AddRange(ComparePair(tokenizer, pair));
        }

        problems.Count.ShouldBe(0, string.Join('\n', problems.Take(12)));
        Fixtures.Compared("tokenizers/" + name, cases);
    }

    private static string Show(string text) => JsonSerializer.Serialize(text.Length > 60 ? text[..60] : text);

    private static IEnumerable<string> Compare(HuggingFaceTokenizer tokenizer, JsonElement item)
    {
        var text = item.GetProperty("text").GetString()!;
        var plain = tokenizer.EncodeDetailed(text, addSpecialTokens: false, unit: OffsetUnit.CodePoint);
        var full = tokenizer.EncodeDetailed(text, unit: OffsetUnit.CodePoint);
        if (Sha256(plain.Ids) != item.GetProperty("sha256").GetString())
            yield return "ids " + string.Join(',', plain.Ids.Take(60));
        if (Sha256(full.Ids) != item.GetProperty("sha256_special").GetString()) yield return "ids with special tokens";
        if (tokenizer.Truncation is null && tokenizer.Padding is null)
        {
            if (!tokenizer.Encode(text, addSpecialTokens: false).SequenceEqual(plain.Ids)) yield return "fast ids";
            if (!tokenizer.Encode(text).SequenceEqual(full.Ids)) yield return "fast ids with special tokens";
        }

        if (item.TryGetProperty("decode_equals_text", out var equals))
        {
            if ((tokenizer.Decode(plain.Ids.ToArray(), skipSpecialTokens: true) == text) != equals.GetBoolean())
                yield return "decoding of a long text";
            yield break;
        }

        if (!plain.Tokens.SequenceEqual(Strings(item.GetProperty("tokens"))))
            yield return "tokens " + string.Join('|', plain.Tokens);
        var offsets = Offsets(plain.Offsets);
        if (offsets != Offsets(item.GetProperty("offsets")))
            yield return $"offsets {offsets} expected {Offsets(item.GetProperty("offsets"))}";
        if (item.TryGetProperty("offsets_utf16", out var utf16))
        {
            var ours = Offsets(tokenizer.EncodeDetailed(text, addSpecialTokens: false).Offsets);
            if (ours != Offsets(utf16)) yield return $"UTF-16 offsets {ours} expected {Offsets(utf16)}";
        }

        if (!full.SpecialTokensMask.SequenceEqual(Ints(item.GetProperty("special_mask")))) yield return "special mask";
        if (!full.TypeIds.SequenceEqual(Ints(item.GetProperty("type_ids")))) yield return "type ids";
        if (item.TryGetProperty("attention_mask", out var mask) && !full.AttentionMask.SequenceEqual(Ints(mask)))
            yield return "attention mask";
        var overflow = item.TryGetProperty("overflow", out var parts)
            ? parts.EnumerateArray().Select(Ints).ToList() : [];
        if (!full.Overflowing.Select(part => string.Join(',', part.Ids))
            .SequenceEqual(overflow.Select(part => string.Join(',', part)))) yield return "overflow";
        var ids = Ints(item.GetProperty("ids_special"));
        foreach (var skip in new[] { true, false })
        {
            var expected = item.GetProperty(skip ? "decode_skip" : "decode_keep").GetString();
            var decoded = tokenizer.Decode(ids, skip);
            if (decoded != expected) yield return $"decoding {Show(decoded)} expected {Show(expected!)}";
            if (item.TryGetProperty(skip ? "stream_skip" : "stream_keep", out var stream))
            {
                foreach (var problem in CompareStream(tokenizer, ids, skip, stream)) yield return problem;
            }
        }
    }

    private static IEnumerable<string> CompareStream(
        HuggingFaceTokenizer tokenizer, int[] ids, bool skip, JsonElement stream)
    {
        var decoder = tokenizer.CreateStreamingDecoder(skip);
        var pieces = ids.Select(decoder.Add).ToList();
        var expected = stream.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()).ToList();
        if (!pieces.SequenceEqual(expected))
            yield return $"stream {string.Join('|', pieces)} expected {string.Join('|', expected)}";
        if (decoder.Flush() != stream.GetProperty("flush").GetString()) yield return "flush";
    }

    private static IEnumerable<string> ComparePair(HuggingFaceTokenizer tokenizer, JsonElement pair)
    {
        var (a, b) = (pair.GetProperty("a").GetString()!, pair.GetProperty("b").GetString()!);
        var full = tokenizer.EncodeDetailed(a, b, unit: OffsetUnit.CodePoint);
        var label = $"pair {Show(a)} {Show(b)}:";
        if (!tokenizer.EncodeDetailed(a, b, addSpecialTokens: false).Ids.SequenceEqual(Ints(pair.GetProperty("ids"))))
            yield return label + " ids";
        if (!full.Ids.SequenceEqual(Ints(pair.GetProperty("ids_special"))))
            yield return label + " ids with special tokens";
        if (!full.TypeIds.SequenceEqual(Ints(pair.GetProperty("type_ids"))))
            yield return label + " type ids " + string.Join(',', full.TypeIds);
        if (!full.SpecialTokensMask.SequenceEqual(Ints(pair.GetProperty("special_mask"))))
            yield return label + " special mask";
        var sequences = pair.GetProperty("sequence_ids").EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.Null ? (int?)null : item.GetInt32());
        if (!full.SequenceIds.SequenceEqual(sequences))
            yield return label + " sequence ids " + string.Join(',', full.SequenceIds);
        if (Offsets(full.Offsets) != Offsets(pair.GetProperty("offsets")))
            yield return label + " offsets " + Offsets(full.Offsets);
        if (Offsets(tokenizer.EncodeDetailed(a, b).Offsets) != Offsets(pair.GetProperty("offsets_utf16")))
            yield return label + " UTF-16 offsets";
        if (tokenizer.Decode(full.Ids.ToArray(), skipSpecialTokens: true)
            != pair.GetProperty("decode_skip").GetString()) yield return label + " decoding";
    }
}
