using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>Leaves the white space at the ends of byte-level tokens out of their offsets.</summary>
internal sealed class OffsetTrimmer(bool addPrefixSpace, bool trim) : PostProcessor
{
    internal override int AddedTokens(bool isPair) => 0;

    internal override List<TokenEncoding> Process(List<TokenEncoding> encodings, bool addSpecialTokens)
    {
        if (trim) encodings.ForEach(encoding => Trim(encoding, addPrefixSpace));
        for (var i = 0; i < encodings.Count; i++) encodings[i] = encodings[i].With(typeId: null, i);
        return encodings;
    }

    internal static void Trim(TokenEncoding encoding, bool addPrefixSpace)
    {
        for (var i = 0; i < encoding.Count; i++)
        {
            var token = encoding.Tokens[i];
            var leading = CountSpaces(token.EnumerateRunes());
            var trailing = CountSpaces(token.EnumerateRunes().Reverse());
            var (start, end) = encoding.Offsets[i];
            if (leading > 0)
            {
                // A single space at the start of the text may be the one that was put there.
                if ((i == 0 || start == 0) && addPrefixSpace && leading == 1) leading = 0;
                start = Math.Min(start + leading, end);
            }

            if (trailing > 0 && end >= trailing) end = Math.Max(end - trailing, start);
            encoding.Offsets[i] = new TokenOffset(start, end);
        }

        encoding.Overflowing.ForEach(part => Trim(part, addPrefixSpace));
    }

    private static int CountSpaces(IEnumerable<System.Text.Rune> characters) =>
        characters.TakeWhile(c => c.Value == 0x120 || CodePoints.IsWhiteSpace(c.Value)).Count();
}
