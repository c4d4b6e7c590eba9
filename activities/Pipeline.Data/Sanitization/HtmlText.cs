using System.Net;
using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Takes HTML out of a text: known tags, comments, scripts and styles go, character references become characters.
/// </summary>
/// <remarks>
/// Only names of real elements count, so <c>List&lt;int&gt;</c>, <c>a &lt; b</c> and placeholders such as
/// <c>&lt;EMAIL&gt;</c> stay.
/// </remarks>
internal static class HtmlText
{
    private const int LongestName = 12;

    private static readonly HashSet<string> Elements = new(
        ("a abbr address article aside audio b blockquote body br button canvas caption center cite code col dd del "
            + "details div dl dt em embed " +
        "fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd "
        + "label legend li link main " +
        "meta nav noscript object ol option p picture pre q s samp script section select small source span strike "
        + "strong style sub summary sup " +
        "svg table tbody td textarea tfoot th thead title tr tt u ul var video").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Blocks = new(
        "article aside blockquote body br caption dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section table td th title tr ul".Split(' '),
        StringComparer.OrdinalIgnoreCase);

    // Elements that stand alone; those of Blocks may be left open as well.
    private static readonly HashSet<string> Voids = new(
        ["img", "input", "link", "meta", "embed", "source", "col"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a comment, or a tag of a known element, may begin somewhere.</summary>
    public static bool MayChange(ReadOnlySpan<byte> text)
    {
        for (var at = 0; text[at..].IndexOf((byte)'<') is >= 0 and var skip;)
        {
            at += skip + 1;
            if (at < text.Length && (text[at] == '!' || IsElement(text[(text[at] == '/' ? at + 1 : at)..])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsElement(ReadOnlySpan<byte> text)
    {
        Span<char> name = stackalloc char[LongestName];
        var length = 0;
        while (length < text.Length && char.IsAsciiLetterOrDigit((char)text[length]))
        {
            if (length == LongestName)
            {
                return false;
            }

            name[length] = (char)text[length++];
        }

        return Elements.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[..length]);
    }

    public static string Strip(string text)
    {
        // What a reference stood for may be a tag again; two or three rounds are the most that real data needs.
        for (var round = 0; round < 8; round++)
        {
            var stripped = Once(text);
            if (stripped is null)
            {
                return text;
            }

            text = WebUtility.HtmlDecode(stripped);
        }

        return text;
    }

    // Null when there is no tag.
    private static string? Once(string text)
    {
        StringBuilder? output = null;
        HashSet<string>? closed = null;
        var kept = 0;
        for (var at = text.IndexOf('<', StringComparison.Ordinal); at >= 0; at = text.IndexOf('<', at + 1))
        {
            var end = TagEnd(text, at, out var name);
            if (end < 0 || (MayBeProse(text, at, end, name) && !(closed ??= ClosedIn(text)).Contains(name)))
            {
                continue;
            }

            output ??= new StringBuilder(text.Length);
            output.Append(text, kept, at - kept);
            if (Blocks.Contains(name) && output.Length > 0 && output[^1] != '\n')
            {
                output.Append('\n');
            }

            kept = end;
            at = end - 1;
        }

        return output?.Append(text, kept, text.Length - kept).ToString();
    }

    // "Plays <audio> and <video>" speaks of elements: they have no attribute, and nothing closes them.
    private static bool MayBeProse(string text, int at, int end, string name) =>
        name.Length > 0 && text[at + 1] != '/' && text[end - 2] != '/' && !Blocks.Contains(name)
            && !Voids.Contains(name) && !text.AsSpan(at, end - at).Contains('=');

    private static HashSet<string> ClosedIn(string text)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var at = text.IndexOf("</", StringComparison.Ordinal); at >= 0;
            at = text.IndexOf("</", at + 2, StringComparison.Ordinal))
        {
            var end = at + 2;
            while (end < text.Length && end - at < LongestName + 2 && char.IsAsciiLetterOrDigit(text[end]))
            {
                end++;
            }

            names.Add(text[(at + 2)..end]);
        }

        return names;
    }

    // The end of what starts here when it is a comment, or a tag of a known element; with its content for scripts and
    // styles.
    private static int TagEnd(string text, int at, out string name)
    {
        name = "";
        if (string.CompareOrdinal(text, at, "<!--", 0, 4) == 0)
        {
            var comment = text.IndexOf("-->", at + 4, StringComparison.Ordinal);
            return comment < 0 ? -1 : comment + 3;
        }

        var start = at + 1 < text.Length && text[at + 1] == '/' ? at + 2 : at + 1;
        var stop = start;
        while (stop < text.Length && stop - start < LongestName && char.IsAsciiLetterOrDigit(text[stop]))
        {
            stop++;
        }

        name = text[start..stop];
        var close = Elements.Contains(name) && (stop == text.Length || text[stop] is '>' or '/' or ' ' or '\n' or '\t')
            ? text.IndexOf('>', stop) : -1;
        if (close < 0 || text.IndexOf('<', stop, close - stop) >= 0)
        {
            return -1;
        }

        if (start == at + 1 && name.ToLowerInvariant() is "script" or "style"
            && text.IndexOf($"</{name}", close, StringComparison.OrdinalIgnoreCase) is > 0 and var foot
            && text.IndexOf('>', foot) is > 0 and var last)
        {
            return last + 1;
        }

        return close + 1;
    }
}
