using System.Text;

namespace Pipeline.Evaluation.Text;

/// <summary>
/// String rules that reference scores were computed with and that .NET's own methods do not follow to the letter.
/// </summary>
internal static class UnicodeText
{
    /// <summary>
    /// White space as the reference implementations see it: .NET's set plus the four separators U+001C to U+001F.
    /// </summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>The words between runs of white space; none for a blank text.</summary>
    public static string[] Words(string text)
    {
        var words = new List<string>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && !IsSpace(text[i]);
            if (inside && start < 0) start = i;
            if (!inside && start >= 0)
            {
                words.Add(text[start..i]);
                start = -1;
            }
        }

        return [.. words];
    }

    /// <summary>
    /// Number of pieces a split at every run of white space gives: leading or trailing space adds an empty one.
    /// </summary>
    public static int CountPieces(string text)
    {
        var pieces = 1;
        for (var i = 0; i < text.Length; i++) pieces += IsSpace(text[i]) && (i == 0 || !IsSpace(text[i - 1])) ? 1 : 0;
        return pieces;
    }

    public static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1])) end--;
        return text[..end];
    }

    public static string TrimStart(string text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start])) start++;
        return text[start..];
    }

    public static string Trim(string text) => TrimStart(TrimEnd(text));

    /// <summary>
    /// Full lower-casing: U+0130 becomes two code points, a capital sigma at the end of a word the final form.
    /// </summary>
    public static string Lower(string text)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u0130') builder.Append("i\u0307");
            else if (text[i] == '\u03a3' && IsFinal(text, i)) builder.Append('\u03c2');
            else if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length
                && Rune.TryCreate(text[i], text[i + 1], out var rune))
            {
                builder.Append(Rune.ToLowerInvariant(rune).ToString());
                i++;
            }
            else builder.Append(char.ToLowerInvariant(text[i]));
        }

        return builder.ToString();
    }

    /// <summary>The code points of a text; a lone surrogate counts as one.</summary>
    public static int[] CodePoints(string text)
    {
        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            points.Add(pair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i]);
            i += pair ? 1 : 0;
        }

        return [.. points];
    }

    public static int CountCodePoints(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
            count -= char.IsHighSurrogate(text[i - 1]) && char.IsLowSurrogate(text[i]) ? 1 : 0;
        return count;
    }

    private static bool IsFinal(string text, int at) =>
        at > 0 && char.IsLetter(text[at - 1]) && (at + 1 == text.Length || !char.IsLetter(text[at + 1]));
}
