using System.Globalization;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Text as Python sees it: a sequence of code points, with its own idea of white space and lines.</summary>
internal static class Texts
{
    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(i => ((char)i).ToString())];

    public static bool IsWhiteSpace(char c) =>
        c is ' ' or (>= '\t' and <= '\r') or (>= '\x1c' and <= '\x1f') or '\x85' or '\xa0' or '\u2028' or '\u2029'
        || (c > '\x7f' && char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator);

    public static bool HasPairs(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Length(string text)
    {
        if (!HasPairs(text)) return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i += Width(text, i)) count++;
        return count;
    }

    public static int Width(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    public static IEnumerable<object?> CodePoints(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var width = Width(text, i);
            yield return width == 1 && text[i] < 128 ? Ascii[text[i]] : text.Substring(i, width);
            i += width;
        }
    }

    /// <summary>The UTF-16 offset of each code point, and the length at the end.</summary>
    public static int[] Offsets(string text)
    {
        var offsets = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i += Width(text, i)) offsets.Add(i);
        offsets.Add(text.Length);
        return [.. offsets];
    }

    public static string Strip(string text, string? characters, bool start, bool end)
    {
        bool Drops(int at, int width) =>
            characters is null ? width == 1 && IsWhiteSpace(text[at]) : Contains(characters, text.AsSpan(at, width));
        var (from, to) = (0, text.Length);
        while (start && from < to && Drops(from, Width(text, from))) from += Width(text, from);
        while (end && to > from)
        {
            var width = to - from >= 2 && char.IsSurrogatePair(text[to - 2], text[to - 1]) ? 2 : 1;
            if (!Drops(to - width, width)) break;
            to -= width;
        }

        return from == 0 && to == text.Length ? text : text[from..to];
    }

    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && text[end]
                is not ((>= '\n' and <= '\r') or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029')) end++;
            var next = end == text.Length ? end : end
                + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    /// <summary>Ordinal order of code points, which is not that of UTF-16 units above U+D800.</summary>
    public static int Compare(string left, string right)
    {
        var at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length) return left.Length.CompareTo(right.Length);
        static int Rank(char c) => c >= 0xE000 ? c - 0x800 : char.IsSurrogate(c) ? c + 0x2000 : c;
        return Rank(left[at]).CompareTo(Rank(right[at]));
    }

    private static bool Contains(string characters, ReadOnlySpan<char> one)
    {
        for (var i = 0; i < characters.Length; i += Width(characters, i))
        {
            if (characters.AsSpan(i, Width(characters, i)).SequenceEqual(one)) return true;
        }

        return false;
    }
}
