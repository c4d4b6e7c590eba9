using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Labels;

public sealed class OffsetsTests
{
    private static readonly string[] Texts = ["", "a", "Größe 日本 😀 e\u0301!", "  two  spaces\n\n\ttab ",
        "<|im_start|>user\n𝒜x<|im_end|>\n", new string('a', 3000), "مرحبا 12345 👩‍👩‍👧"];

    [Fact]
    public void AppendWithOffsets_AnyText_IdsOfEncodeAndPlacesThatCoverIt()
    {
        var tokenizer = LabelHarness.Model.Tokenizer;
        foreach (var text in Texts)
        {
            var (ids, offsets) = (new List<int>(), new List<TokenOffset>());
            tokenizer.AppendWithOffsets(text, AddedTokenParsing.All, 7, ids, offsets);
            ids.ToArray().ShouldBe(tokenizer.Encode(text, addSpecialTokens: false));
            var covered = 7;
            foreach (var (start, end) in offsets)
            {
                start.ShouldBeLessThanOrEqualTo(covered);
                end.ShouldBeGreaterThan(start);
                covered = Math.Max(covered, end);
            }

            covered.ShouldBe(7 + text.Length);
        }
    }

    [Fact]
    public void AppendWithOffsets_FixtureTokenizers_PlacesOfTheDetailedEncoding()
    {
        var compared = 0;
        foreach (var name in (string[])["qwen2", "deepseek", "smollm", "bert", "gemma", "t5-unigram", "llama2-legacy"])
        {
            var tokenizer = HuggingFaceTokenizer.Load(Fixtures.Require($"tokenizers/{name}.tokenizer.json"))
                .With(null, null);
            foreach (var text in Texts)
            {
                var (ids, offsets) = (new List<int>(), new List<TokenOffset>());
                tokenizer.AppendWithOffsets(text, AddedTokenParsing.All, 0, ids, offsets);
                var detailed = tokenizer.EncodeDetailed(text, addSpecialTokens: false);
                ids.ToArray().ShouldBe(detailed.Ids.ToArray(), name);

                // Some post-processors take white space off the places; the end is then that of the token or earlier.
                for (var i = 0; i < ids.Count; i++)
                    detailed.Offsets[i].Start.ShouldBeGreaterThanOrEqualTo(offsets[i].Start, name);
                for (var i = 0; i < ids.Count; i++)
                    detailed.Offsets[i].End.ShouldBeLessThanOrEqualTo(offsets[i].End, name);
                compared++;
            }
        }

        compared.ShouldBe(49);
    }
}
