using System.Runtime.CompilerServices;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>
/// A published split pattern, scanned by hand on UTF-8: one pass, no backtracking beyond one white-space run, and the
/// character classes of whole code points.
/// </summary>
internal abstract class WordScanner : TextPattern
{
    /// <summary>How a pattern spells the letters of contractions.</summary>
    internal enum Contractions
    {
        /// <summary>Not at all.</summary>
        None,

        /// <summary>In lower case.</summary>
        LowerCase,

        /// <summary>Case by case, as in <c>'s|'S</c>.</summary>
        Spelled,

        /// <summary>Without regard to case, as in <c>(?i:'s)</c>, which takes in the long s.</summary>
        AnyCase,
    }

    internal const byte Other = 0, Letter = 1, Number = 2, Space = 3, NewLine = 4;

    private static readonly byte[] Kinds = BuildKinds();

    /// <summary>Whether every character of any text is part of some match.</summary>
    internal virtual bool IsTotal => true;

    /// <summary>One past the match that starts exactly at a position, or -1.</summary>
    internal abstract int MatchEnd(ReadOnlySpan<byte> text, int at);

    internal override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        for (start = from; start < text.Length; start += CodePoints.Length(text[start]))
        {
            end = MatchEnd(text, start);
            if (end > start) return true;
        }

        start = end = 0;
        return false;
    }

    /// <summary>The class of a character: letter, number, line break, other white space, or anything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static byte KindAt(ReadOnlySpan<byte> text, int at, out int length)
    {
        int lead = text[at];
        if (lead < 0x80)
        {
            length = 1;
            return Kinds[lead];
        }

        return Kinds[CodePoints.Decode(text, at, out length)];
    }

    /// <summary>The end of the run of one kind that starts at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int RunEnd(ReadOnlySpan<byte> text, int at, byte kind)
    {
        while (at < text.Length && KindAt(text, at, out var length) == kind) at += length;
        return at;
    }

    /// <summary>Matches <c>\s*[\r\n]+|\s+(?!\S)|\s+</c> at a white-space character.</summary>
    protected static int SpaceEnd(ReadOnlySpan<byte> text, int at, bool lineBreaksFirst)
    {
        var end = at;
        var lastStart = at;
        var afterBreak = -1;
        while (end < text.Length)
        {
            var kind = KindAt(text, end, out var length);
            if (kind < Space) break;
            lastStart = end;
            end += length;
            if (kind == NewLine) afterBreak = end;
        }

        if (lineBreaksFirst && afterBreak >= 0) return afterBreak;
        return end < text.Length && lastStart > at ? lastStart : end;
    }

    /// <summary>The end of <c>[\r\n]*</c>, optionally with slashes.</summary>
    protected static int LineBreaksEnd(ReadOnlySpan<byte> text, int at, bool slashes)
    {
        while (at < text.Length && (text[at] is (byte)'\n' or (byte)'\r' || (slashes && text[at] == (byte)'/'))) at++;
        return at;
    }

    /// <summary>The end of an English contraction that starts at an apostrophe, or -1.</summary>
    protected static int ContractionEnd(ReadOnlySpan<byte> text, int at, Contractions kind)
    {
        if (at + 1 >= text.Length) return -1;
        int first = text[at + 1];

        // The long s is the only character outside ASCII that folds to one of these letters.
        var ignoreCase = kind != Contractions.LowerCase;
        if (kind == Contractions.AnyCase && first == 0xC5)
            return at + 2 < text.Length && text[at + 2] == 0xBF ? at + 3 : -1;
        if (ignoreCase && first is >= 'A' and <= 'Z') first |= 0x20;
        if (first is 's' or 't' or 'm' or 'd') return at + 2;
        if (first is not ('r' or 'v' or 'l') || at + 2 >= text.Length) return -1;
        int second = text[at + 2];
        if (ignoreCase && second is >= 'A' and <= 'Z') second |= 0x20;
        return second == (first == 'l' ? 'l' : 'e') ? at + 3 : -1;
    }

    private static byte[] BuildKinds()
    {
        var kinds = new byte[0x110000];
        for (var c = 0; c < kinds.Length; c++)
        {
            kinds[c] = c is '\r' or '\n' ? NewLine
                : CodePoints.IsIn(c, CharacterClass.Letter) ? Letter
                : CodePoints.IsIn(c, CharacterClass.Number) ? Number
                : CodePoints.IsWhiteSpace(c) ? Space : Other;
        }

        return kinds;
    }
}
