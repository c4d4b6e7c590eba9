using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>The last and largest of DeepSeek's three split patterns.</summary>
internal sealed class DeepSeekScanner : WordScanner
{
    private const uint Word = CharacterClass.Letter | CharacterClass.Mark;
    private const uint Sign = CharacterClass.Punctuation | CharacterClass.Symbol;

    internal override bool IsTotal => false;

    internal override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var c = CodePoints.Decode(text, at, out var length);
        var next = at + length;
        var bit = CodePoints.CategoryBit(c);
        if (c < 0x80 && (bit & Sign) != 0)
        {
            var letters = next;
            while (letters < text.Length && (text[letters] | 0x20) is >= 'a' and <= 'z') letters++;
            if (letters > next) return letters;
        }

        if ((bit & Word) != 0) return Run(text, next, Word);
        if (c is not ('\r' or '\n') && (bit & Sign) == 0 && next < text.Length)
        {
            var end = Run(text, next, Word);
            if (end > next) return end;
        }

        if ((bit & Sign) != 0) return LineBreaksEnd(text, Run(text, next, Sign), slashes: false);
        if (c == ' ' && next < text.Length)
        {
            var end = Run(text, next, Sign);
            if (end > next) return LineBreaksEnd(text, end, slashes: false);
        }

        return CodePoints.IsWhiteSpace(c) ? SpaceEnd(text, at, lineBreaksFirst: true) : -1;
    }

    private static int Run(ReadOnlySpan<byte> text, int at, uint mask)
    {
        while (at < text.Length && CodePoints.IsIn(CodePoints.Decode(text, at, out var length), mask)) at += length;
        return at;
    }
}
