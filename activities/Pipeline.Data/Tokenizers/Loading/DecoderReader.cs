using Pipeline.Data.Tokenizers.Decoders;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads decoders; nested sequences become one list.</summary>
internal static class DecoderReader
{
    internal static IReadOnlyList<TokenDecoder>? Read(JsonPart part) => part.IsNull ? null : [.. Steps(part)];

    private static IEnumerable<TokenDecoder> Steps(JsonPart part) => part.Type switch
    {
        "Sequence" => part["decoders"].Items().SelectMany(Steps),
        "ByteLevel" => [new ByteLevelDecoder()],
        "ByteFallback" => [new ByteFallbackDecoder()],
        "Fuse" => [new FuseDecoder()],
        "Replace" => [new ReplaceDecoder(PatternReader.Read(part["pattern"]), part["content"].Text())],
        "Strip" => [new StripDecoder(part["content"].Character(), part["start"].Integer(), part["stop"].Integer())],
        "Metaspace" => [new MetaspaceDecoder(
            part["replacement"].Character(),
            part["prepend_scheme"].TextOrNull() != "never" && part["add_prefix_space"].Flag(true))],
        "BPEDecoder" => [new BpeDecoder(part["suffix"].TextOrNull() ?? "</w>")],
        "WordPiece" => [new WordPieceDecoder(part["prefix"].TextOrNull() ?? "##", part["cleanup"].Flag(true))],
        "CTC" => [new CtcDecoder(
            part["pad_token"].TextOrNull() ?? "<pad>",
            part["word_delimiter_token"].TextOrNull() ?? "|",
            part["cleanup"].Flag(true))],
        var type => throw part["type"].Error($"the decoder '{type}' is not known"),
    };
}
