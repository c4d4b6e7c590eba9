using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Upper and lower case with the characters that change their length.</summary>
internal static class TextCase
{
    // Source: Unicode SpecialCasing.txt, the unconditional mappings of letters that occur in text.
    private static readonly Dictionary<char, string> LongUpper = new()
    {
        ['ß'] = "SS",
        ['ŉ'] = "ʼN",
        ['ǰ'] = "J̌",
        ['ΐ'] = "Ϊ́",
        ['ΰ'] = "Ϋ́",
        ['և'] = "ԵՒ",
        ['ẖ'] = "H̱",
        ['ẗ'] = "T̈",
        ['ẘ'] = "W̊",
        ['ẙ'] = "Y̊",
        ['ẚ'] = "Aʾ",
        ['ﬀ'] = "FF",
        ['ﬁ'] = "FI",
        ['ﬂ'] = "FL",
        ['ﬃ'] = "FFI",
        ['ﬄ'] = "FFL",
        ['ﬅ'] = "ST",
        ['ﬆ'] = "ST",
    };

    public static string Upper(string text)
    {
        var upper = text.ToUpperInvariant();
        if (!upper.AsSpan().ContainsAnyExceptInRange('\0', '\x7f') || !upper.Any(LongUpper.ContainsKey)) return upper;
        return string.Concat(upper.Select(c => LongUpper.TryGetValue(c, out var longer) ? longer : c.ToString()));
    }

    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (!lower.AsSpan().ContainsAnyExceptInRange('\0', '\x7f')) return lower;
        var builder = new StringBuilder(lower.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == 'İ') builder.Append("i̇");
            else if (text[i] == 'Σ' && i > 0 && char.IsLetter(text[i - 1])
                && (i + 1 == text.Length || !char.IsLetter(text[i + 1]))) builder.Append('ς');
            else builder.Append(lower[i]);
        }

        return builder.ToString();
    }

    public static string Capitalize(string text)
    {
        var width = text.Length == 0 ? 0 : Texts.Width(text, 0);
        return width == 0 ? text : Title(text[..width]) + Lower(text[width..]);
    }

    /// <summary>
    /// The filter: the first letter of each word, words split at blanks, dashes and opening brackets.
    /// </summary>
    public static string TitleWords(string text)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var end = i;
            while (end < text.Length && !IsBreak(text[end])) end++;
            if (end > i) builder.Append(Upper(text.Substring(i, Texts.Width(text, i))))
                .Append(Lower(text[(i + Texts.Width(text, i))..end]));
            while (end < text.Length && IsBreak(text[end])) builder.Append(text[end++]);
            i = end;
        }

        return builder.ToString();
    }

    /// <summary>The method: every letter after something that is no letter.</summary>
    public static string TitleLetters(string text)
    {
        var (builder, inWord) = (new StringBuilder(text.Length), false);
        foreach (var c in text)
        {
            builder.Append(inWord ? Lower(c.ToString()) : Title(c.ToString()));
            inWord = char.IsLetter(c);
        }

        return builder.ToString();
    }

    public static string Swap(string text) =>
        string.Concat(text.Select(c => char.IsUpper(c) ? Lower(c.ToString()) : Upper(c.ToString())));

    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    private static string Title(string letter) => Upper(letter) is { Length: > 1 } longer && letter.Length == 1
        ? longer[0] + Lower(longer[1..]) : Upper(letter);

    private static bool IsBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || Texts.IsWhiteSpace(c);
}
