using Pipeline.Data.Tokenizers.Text;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>The parts of BERT's text cleaning as separate steps.</summary>
internal static class BertNormalizer
{
    internal static IEnumerable<TextNormalizer> Steps(
        bool cleanText, bool chineseCharacters, bool stripAccents, bool lowercase)
    {
        if (cleanText)
        {
            yield return new FilterNormalizer(IsDropped);
            yield return new MapNormalizer(c => CodePoints.IsWhiteSpace(c) ? ' ' : c);
        }

        if (chineseCharacters) yield return new ChineseCharacterNormalizer();
        if (stripAccents)
        {
            yield return new UnicodeFormNormalizer(compose: false, compatible: false);
            yield return new FilterNormalizer(UnicodeData.Instance.NonSpacing.Contains);
        }

        if (lowercase) yield return new LowercaseNormalizer();
    }

    private static bool IsDropped(int c)
    {
        if (c is '\t' or '\n' or '\r') return false;
        return c is < 0x20 or (>= 0x7F and <= 0x9F) or 0xFFFD
            || CodePoints.IsIn(c, CharacterClass.PrivateUse) || UnicodeData.Instance.Format.Contains(c);
    }

    /// <summary>Puts spaces around ideographs.</summary>
    private sealed class ChineseCharacterNormalizer : TextNormalizer
    {
        internal override bool Normalize(AlignedText source, AlignedText destination)
        {
            var text = source.Bytes;
            var transform = new TextTransform(source, destination);
            for (var at = 0; at < text.Length;)
            {
                var c = CodePoints.Decode(text, at, out var length);
                at += length;
                if (IsIdeograph(c))
                {
                    transform.Write(' ', 0);
                    transform.Write(c, 1);
                    transform.Write(' ', 1);
                }
                else
                {
                    transform.Write(c, 0);
                }
            }

            return true;
        }

        private static bool IsIdeograph(int c) => c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF)
            or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F)
            or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
    }
}
