using System.Text;
using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.PreTokenizers;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads pre-tokenizers; nested sequences become one list.</summary>
internal static class PreTokenizerReader
{
    /// <summary>
    /// Whether the last step maps bytes to characters, so that a byte-level model can do without the mapping.
    /// </summary>
    internal static bool EndsInBytes(JsonPart part)
    {
        var steps = Flatten(part).ToList();
        return steps.Count > 0 && steps[^1].Type == "ByteLevel" && steps.Count(step => step.Type == "ByteLevel") == 1;
    }

    internal static IEnumerable<TextPreTokenizer> Read(JsonPart part, bool bytesReachModel) =>
        Flatten(part).SelectMany(step => Steps(step, bytesReachModel));

    private static IEnumerable<JsonPart> Flatten(JsonPart part)
    {
        if (part.IsNull) return [];
        return part.Type == "Sequence" ? part["pretokenizers"].Items().SelectMany(Flatten) : [part];
    }

    private static IEnumerable<TextPreTokenizer> Steps(JsonPart part, bool bytesReachModel)
    {
        switch (part.Type)
        {
            case "ByteLevel":
                return [new ByteLevelPreTokenizer(
                    part["add_prefix_space"].Flag(true), part["use_regex"].Flag(true), !bytesReachModel)];
            case "Split":
                return [new SplitPreTokenizer(
                    PatternReader.Read(part["pattern"]), Behavior(part["behavior"]), part["invert"].Flag(false))];
            case "Digits":
                var behavior = part["individual_digits"].Flag(false)
                    ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                return [Split(CodePoints.IsNumeric, behavior)];
            case "Whitespace":
                return [new SplitPreTokenizer(new WordOrPunctuationPattern(), SplitBehavior.Removed, invert: true)];
            case "WhitespaceSplit":
                return [Split(CodePoints.IsWhiteSpace, SplitBehavior.Removed)];
            case "Punctuation":
                return [Split(
                    IsPunctuation, part["behavior"].IsNull ? SplitBehavior.Isolated : Behavior(part["behavior"]))];
            case "BertPreTokenizer":
                return [Split(CodePoints.IsWhiteSpace, SplitBehavior.Removed),
                    Split(IsPunctuation, SplitBehavior.Isolated)];
            case "CharDelimiterSplit":
                int delimiter = part["delimiter"].Character();
                return [Split(c => c == delimiter, SplitBehavior.Removed)];
            case "Metaspace":
                return [Metaspace(part)];
            case "FixedLength":
                var length = part["length"].IntegerOrNull() ?? 5;
                return length > 0 ? [new FixedLengthPreTokenizer(length)] : throw part["length"]
                    .Error("a positive length is expected");
            case "UnicodeScripts":
                throw part["type"].Error("the pre-tokenizer 'UnicodeScripts' is not supported");
            default:
                throw part["type"].Error($"the pre-tokenizer '{part.Type}' is not known");
        }
    }

    private static SplitPreTokenizer Split(Func<int, bool> accepts, SplitBehavior behavior) =>
        new(new CharacterPattern(accepts), behavior, invert: false);

    private static bool IsPunctuation(int c) => c < 0x80
        ? c is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        : UnicodeData.Instance.Punctuation.Contains(c);

    private static SplitBehavior Behavior(JsonPart part) => part.Text() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw part.Error($"the behavior '{other}' is not known"),
    };

    private static MetaspacePreTokenizer Metaspace(JsonPart part)
    {
        var scheme = part["prepend_scheme"].TextOrNull() switch
        {
            null or "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw part["prepend_scheme"].Error($"the scheme '{other}' is not known"),
        };
        if (!part["add_prefix_space"].Flag(true))
        {
            if (part["prepend_scheme"].TextOrNull() is "always" or "first")
            {
                throw part["add_prefix_space"].Error("it contradicts prepend_scheme");
            }

            scheme = PrependScheme.Never;
        }

        var marker = Encoding.UTF8.GetBytes(part["replacement"].Character().ToString());
        return new MetaspacePreTokenizer(marker, scheme, part["split"].Flag(true));
    }
}
