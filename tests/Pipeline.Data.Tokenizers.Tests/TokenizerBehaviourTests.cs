using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;
using static Pipeline.Data.Tokenizers.Tests.TokenizerFixtures;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class TokenizerBehaviourTests
{
    [Fact]
    public void EncodeBatch_ManyTexts_EqualsOneByOne()
    {
        var tokenizer = Load("llama3");
        var texts = Lines("corpus.txt.gz").Take(3000).ToArray();
        var batch = tokenizer.EncodeBatch(texts);
        for (var i = 0; i < texts.Length; i++) batch[i].ShouldBe(tokenizer.Encode(texts[i]));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("é")]
    [InlineData("中文")]
    public void Encode_VeryLongWord_EqualsMergingInSmallSteps(string unit)
    {
        // The long-word path against the short-word path: same word, forced through both.
        var tokenizer = Load("gpt2");
        var word = string.Concat(Enumerable.Repeat(unit, 120 / Encoding.UTF8.GetByteCount(unit)));
        var model = (Models.BpeModel)tokenizer.Parts.Model;
        var ids = tokenizer.Encode(word, addSpecialTokens: false);
        model.TokenizeLong(Encoding.UTF8.GetBytes(word)).ShouldBe(ids);
    }

    [Fact]
    public void Encode_RandomLongWords_DecodeToThemselvesAndAgree()
    {
        var tokenizer = Load("llama3");
        var model = (Models.BpeModel)tokenizer.Parts.Model;
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var word =
                string.Concat(Enumerable.Range(0, random.Next(2, 110)).Select(_ => (char)('a' + random.Next(4))));
            model.TokenizeLong(Encoding.UTF8.GetBytes(word))
                .ShouldBe(model.TokenizeShort(Encoding.UTF8.GetBytes(word)), word);
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("large32k")]
    [InlineData("o200k")]
    public void Encode_FastPaths_EqualByteByByteMerging(string name)
    {
        // Characters as first symbols and runs of equal bytes are shortcuts; the plain algorithm is the truth.
        var tokenizer = Load(name);
        var model = (Models.ByteLevelBpeModel)tokenizer.Parts.Model;
        var random = new Random(5);
        var letters = "éßабвгдежзийклмноправительствоकखगघचछजझ中文简体汉字的一是不了在人有我他这한국어테스트の日本語テスト𠀀𝒜".EnumerateRunes()
            .ToArray();
        for (var round = 0; round < 3000; round++)
        {
            var word = string.Concat(
                Enumerable.Range(0, random.Next(2, 40)).Select(_ => letters[random.Next(letters.Length)].ToString()));
            if (round % 3 == 0)
            {
                word = string.Concat(Enumerable.Range(0, random.Next(1, 6))
                    .Select(_ => new string((char)('a' + random.Next(3)), random.Next(1, 300))));
            }

            var bytes = Encoding.UTF8.GetBytes(word);
            var output = new Models.IdList();
            model.AppendIds(bytes, output, new Models.ModelWorkspace());
            if (model.IgnoresMerges && output.Count == 1) continue;
            output.Ids.ToArray().ShouldBe(model.TokenizeLong(bytes), word);
        }
    }

    [Fact]
    public void BaseClass_PublicMethods_AgreeWithTheEngine()
    {
        Tokenizer tokenizer = Load("llama3");
        const string Text = "Hello 𝒜 world, it's";
        var ids = Load("llama3").Encode(Text);
        tokenizer.EncodeToIds(Text).ShouldBe(ids);
        tokenizer.CountTokens(Text).ShouldBe(ids.Length);
        var tokens = tokenizer.EncodeToTokens(Text, out _);
        tokens.Select(token => token.Id).ShouldBe(ids);
        Text[tokens[1].Offset].ShouldStartWith("H");
        tokenizer.EncodeToIds(Text, 3, out _, out var consumed).ShouldBe(ids[..3]);
        consumed.ShouldBe(tokens[2].Offset.End.Value);
        tokenizer.GetIndexByTokenCount(Text, 3, out _, out var count).ShouldBe(consumed);
        count.ShouldBe(3);
        tokenizer.Decode(ids).ShouldBe("<|begin_of_text|>" + Text);
        var buffer = new char[4];
        tokenizer.Decode(ids, buffer, out _, out _).ShouldBe(OperationStatus.DestinationTooSmall);
    }

    [Fact]
    public void StreamingDecoder_AnySplit_NeverEmitsHalfACharacter()
    {
        var tokenizer = Load("gpt2");
        const string Text = "😀 日本語 𝒜 é ok";
        var decoder = tokenizer.CreateStreamingDecoder();
        var pieces = tokenizer.Encode(Text).Select(decoder.Add).Where(piece => piece is not null).ToList();
        pieces.ShouldAllBe(piece => !piece!.Contains('\uFFFD'));
        (string.Concat(pieces) + decoder.Flush()).ShouldBe(Text);
    }

    [Fact]
    public void Load_BaseModel_RoundTripsItsOwnText()
    {
        var path = Fixtures.Require("base-model");
        var pretrained = PretrainedTokenizer.Load(path);
        pretrained.Tokenizer.TokenToId("<|im_end|>").ShouldBe(2);
        foreach (var line in Lines("corpus.txt.gz").Take(2000))
        {
            pretrained.Tokenizer.Decode(pretrained.Tokenizer.Encode(line), skipSpecialTokens: false).ShouldBe(line);
        }
    }

    [Fact]
    public void Load_SentencePieceModel_AgreesWithItsConversion()
    {
        var model = HuggingFaceTokenizer.Load(Fixtures.Require("tokenizers/t5-unigram.model"));
        var json = Load("t5-unigram");
        var lines = Lines("corpus.txt.gz").Take(20_000).ToArray();
        var different = lines.Where(line => !model.Encode(line, false).SequenceEqual(json.Encode(line, false))).Take(5)
            .ToList();
        different.ShouldBeEmpty();
        model.Decode(model.Encode("Hello world", false), true).ShouldBe("Hello world");
    }
}
