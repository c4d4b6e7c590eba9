using System.Text;
using System.Text.Json;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads normalizers; nested sequences become one chain.</summary>
internal static class NormalizerReader
{
    internal static NormalizerChain Read(JsonPart part) => new(part.IsNull ? [] : [.. Steps(part)]);

    private static IEnumerable<TextNormalizer> Steps(JsonPart part) => part.Type switch
    {
        "Sequence" => part["normalizers"].Items().SelectMany(Steps),
        "NFC" => [new UnicodeFormNormalizer(compose: true, compatible: false)],
        "NFD" => [new UnicodeFormNormalizer(compose: false, compatible: false)],
        "NFKC" => [new UnicodeFormNormalizer(compose: true, compatible: true)],
        "NFKD" => [new UnicodeFormNormalizer(compose: false, compatible: true)],
        "Lowercase" => [new LowercaseNormalizer()],
        "Strip" => [new StripNormalizer(part["strip_left"].Flag(true), part["strip_right"].Flag(true))],
        "StripAccents" => [new FilterNormalizer(UnicodeData.Instance.Mark.Contains)],
        "Prepend" => [new PrependNormalizer(Encoding.UTF8.GetBytes(part["prepend"].Text()))],
        "Replace" =>
            [new ReplaceNormalizer(
                PatternReader.Read(part["pattern"]), Encoding.UTF8.GetBytes(part["content"].Text()))],
        "Nmt" => NmtNormalizer.Steps(),
        "Precompiled" =>
            [part.At(() => new PrecompiledNormalizer(Convert.FromBase64String(part["precompiled_charsmap"].Text())))],
        "BertNormalizer" => Bert(part),
        "ByteLevel" => [new ByteLevelNormalizer()],
        var type => throw part["type"].Error($"the normalizer '{type}' is not known"),
    };

    private static IEnumerable<TextNormalizer> Bert(JsonPart part)
    {
        var lowercase = part["lowercase"].Flag(true);
        return BertNormalizer.Steps(
            part["clean_text"].Flag(true),
            part["handle_chinese_chars"].Flag(true),
            part["strip_accents"].Element.ValueKind == JsonValueKind.Null
                ? lowercase : part["strip_accents"].Flag(lowercase),
            lowercase);
    }
}
