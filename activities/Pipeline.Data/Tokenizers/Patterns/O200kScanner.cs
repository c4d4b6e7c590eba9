using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>The split pattern of o200k (contractions, up to three digits) and of Tekken (neither).</summary>
internal sealed class O200kScanner(int digits, WordScanner.Contractions contractions) : WordScanner
{
    private const uint Upper = CharacterClass.UpperCase | CharacterClass.TitleCase | CharacterClass.ModifierLetter
        | CharacterClass.OtherLetter | CharacterClass.Mark;

    private const uint Lower = CharacterClass.LowerCase | CharacterClass.ModifierLetter | CharacterClass.OtherLetter
        | CharacterClass.Mark;

    internal override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var kind = KindAt(text, at, out var length);
        var prefix = kind is Other or Space;
        var end = prefix && at + length < text.Length ? UpperThenLower(text, at + length) : -1;
        if (end < 0) end = UpperThenLower(text, at);
        if (end < 0 && prefix && at + length < text.Length) end = UpperRun(text, at + length);
        if (end < 0) end = UpperRun(text, at);
        if (end >= 0)
        {
            if (contractions == Contractions.None || end >= text.Length || text[end] != (byte)'\'') return end;
            var contraction = ContractionEnd(text, end, contractions);
            return contraction < 0 ? end : contraction;
        }

        if (kind == Number)
        {
            at += length;
            for (var count = 1; count < digits && at < text.Length && KindAt(text, at, out length) == Number; count++)
                at += length;
            return at;
        }

        if (kind == Other) return LineBreaksEnd(text, RunEnd(text, at + length, Other), slashes: true);
        if (text[at] == (byte)' ' && at + 1 < text.Length && KindAt(text, at + 1, out length) == Other)
        {
            return LineBreaksEnd(text, RunEnd(text, at + 1 + length, Other), slashes: true);
        }

        return SpaceEnd(text, at, lineBreaksFirst: true);
    }

    /// <summary>Matches upper* lower+, where caseless letters and marks are both.</summary>
    private static int UpperThenLower(ReadOnlySpan<byte> text, int at)
    {
        var lastLower = -1;
        while (at < text.Length)
        {
            var bit = CodePoints.CategoryBit(CodePoints.Decode(text, at, out var length));
            if ((bit & Upper) == 0)
            {
                if ((bit & Lower) == 0) break;
                return LowerRun(text, at + length);
            }

            at += length;
            if ((bit & Lower) != 0) lastLower = at;
        }

        return lastLower;
    }

    /// <summary>Matches upper+ lower*; it is tried only where no lower-case letter can follow.</summary>
    private static int UpperRun(ReadOnlySpan<byte> text, int at)
    {
        var start = at;
        while (at < text.Length && CodePoints.IsIn(CodePoints.Decode(text, at, out var length), Upper)) at += length;
        return at > start ? LowerRun(text, at) : -1;
    }

    private static int LowerRun(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && CodePoints.IsIn(CodePoints.Decode(text, at, out var length), Lower)) at += length;
        return at;
    }
}
