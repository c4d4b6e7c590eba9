using System.Text;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class MalformedTokenizerTests
{
    private const string Model = """{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}""";

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"a2":0},"merges":[]}}""",
        "model.vocab: token id 0 is used twice")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "model.vocab: token id -1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":99999999},"merges":[]}}""", "model.vocab: token id 99999999")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":"0"},"merges":[]}}""", "model.vocab")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[["a","zz"]]}}""",
        "model.merges[0]: the token 'zz' is not in the vocabulary")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}""",
        "model.merges[0]: the token 'ab'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["ab"]}}""",
        "model.merges[0]: 'ab' is not two tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0}}}""", "model.merges: the field is missing")]
    [InlineData("""{"model":{"type":"BPE","merges":[]}}""", "model.vocab: the field is missing")]
    [InlineData("""{"version":"1.0"}""", "model: the field is missing")]
    [InlineData("""{"model":{"type":"Magic","vocab":{}}}""", "model.type: the model type 'Magic'")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}}""", "model.dropout")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[],"unk_id":0}}""", "model.vocab")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":5}}""", "model.unk_id")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a"]],"unk_id":0}}""", "model.vocab[0]")]
    [InlineData("""{"pre_tokenizer":{"type":"Wizard"},"model":MODEL}""",
        "pre_tokenizer.type: the pre-tokenizer 'Wizard'")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated","invert":false},"model":MODEL}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"},"model":MODEL}""",
        "pre_tokenizer.pattern.Regex")]
    [InlineData("""{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Spell"}]},"model":MODEL}""",
        "normalizer.normalizers[1].type")]
    [InlineData("""{"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"},"model":MODEL}""",
        "normalizer: the compiled character map")]
    [InlineData("""{"decoder":{"type":"Oracle"},"model":MODEL}""", "decoder.type")]
    [InlineData("""{"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}},"model":MODEL}""", "post_processor.single[0].SpecialToken.id")]
    [InlineData("""{"added_tokens":[{"id":3,"content":""}],"model":MODEL}""",
        "added_tokens[0].content: an added token must not be empty")]
    [InlineData("""{"added_tokens":[{"id":3}],"model":MODEL}""", "added_tokens[0].content")]
    [InlineData("""{"added_tokens":[{"id":3,"content":"<x>"}],"model":{"type":"BPE","vocab":{"a":0,"b":5,"c":2},"merges":[]}}""", "")]
    [InlineData("""{"model":MODEL,"model":MODEL}""", "model: the field is there twice")]
    [InlineData("""{"truncation":{"max_length":-1,"strategy":"LongestFirst","stride":0},"model":MODEL}""",
        "truncation.max_length")]
    public void B34_FromJson_MalformedFile_NamesThePlace(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json.Replace("MODEL", Model));
        if (expected.Length == 0)
        {
            // A new token takes the next id by count; a gap in the ids is only refused where it makes two tokens share
            // one.
            HuggingFaceTokenizer.FromJson(bytes).TokenToId("<x>").ShouldBe(3);
            return;
        }

        Should.Throw<TokenizerFormatException>(
            () => HuggingFaceTokenizer.FromJson(bytes, "bad.json")).Message.ShouldStartWith("bad.json: ");
        Should.Throw<TokenizerFormatException>(() => HuggingFaceTokenizer.FromJson(bytes)).Message.ShouldContain(
            expected);
    }

    [Fact]
    public void B35_FromJson_AddedTokenOnUsedId_IsRefused()
    {
        var json =
            """{"added_tokens":[{"id":9,"content":"<x>"}],"model":{"type":"BPE","vocab":{"a":0,"b":2},"merges":[]}}""";
        Should.Throw<TokenizerFormatException>(
            () => HuggingFaceTokenizer.FromJson(Encoding.UTF8.GetBytes(json))).Message.ShouldContain("gaps");
    }

    [Fact]
    public void B34_FromJson_DeepNesting_IsRefusedWithoutOverflow()
    {
        var json = """{"normalizer":""" + new string('[', 100_000) + new string(']', 100_000) + ""","model":""" + Model
            + "}";
        Should.Throw<TokenizerFormatException>(
            () => HuggingFaceTokenizer.FromJson(Encoding.UTF8.GetBytes(json))).Message.ShouldContain("depth");
    }

    [Fact]
    public void B34_Load_MissingAndOversizedFiles_AreNamed()
    {
        using var folder = new TempDirectory();
        Should.Throw<FileNotFoundException>(
            () => HuggingFaceTokenizer.Load(folder.Combine("tokenizer.json"))).Message.ShouldContain("tokenizer.json");
        Should.Throw<TokenizerFormatException>(() => HuggingFaceTokenizer.Load(folder.Path)).Message.ShouldContain(
            "there is no tokenizer.json");
        using (var file = File.Create(folder.Combine("big.json"))) file.SetLength(300L << 20);
        Should.Throw<TokenizerFormatException>(
            () => HuggingFaceTokenizer.Load(folder.Combine("big.json"))).Message.ShouldContain("refused");
    }

    [Fact]
    public void Load_TruncatedSentencePieceModel_IsRefused()
    {
        var bytes = File.ReadAllBytes(Fixtures.Require("tokenizers/t5-unigram.model"));
        using var folder = new TempDirectory();
        File.WriteAllBytes(folder.Combine("tokenizer.model"), bytes[..(bytes.Length / 2)]);
        Should.Throw<TokenizerFormatException>(
            () => HuggingFaceTokenizer.Load(folder.Combine("tokenizer.model"))).Message.ShouldContain("cut short");
    }
}
