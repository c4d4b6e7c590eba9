using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>
/// Filters for HTML and URLs; results are plain texts, since chat templates never escape by themselves.
/// </summary>
internal static class Markup
{
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;")
        .Replace("'", "&#39;").Replace("\"", "&#34;");

    public static string StripTags(string text)
    {
        text = Without(Without(text, "<!--", "-->"), "<", ">");
        return WebUtility.HtmlDecode(string.Join(' ', Words(text)));
    }

    public static string UrlEncode(object? value)
    {
        if (value is string text) return Quote(text, keepSlash: true);
        if (value is DictValue dict)
            return string.Join(
                '&', dict.Entries.Select(e =>
                    $"{Quote(Printer.Str(e.Key), keepSlash: false)}={Quote(Printer.Str(e.Value), keepSlash: false)}"));
        if (!Kinds.CanWalk(value)) return Quote(Printer.Str(value), keepSlash: true);
        return string.Join(
            '&', Kinds.Walk(value).Select(
                pair => string.Join('=', Kinds.Walk(pair).Select(part => Quote(Printer.Str(part), keepSlash: false)))));
    }

    public static string Attributes(DictValue dict, bool space)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in dict.Entries)
        {
            if (value is null or UndefinedValue) continue;
            var name = Printer.Str(key);
            if (name.Any(c => Texts.IsWhiteSpace(c) || c is '/' or '>' or '='))
                throw Fault.Value($"Invalid character in attribute name: {Printer.Repr(name)}");
            text.Append(text.Length > 0 || space ? " " : string.Empty)
                .Append(CultureInfo.InvariantCulture, $"{Escape(name)}=\"{Escape(Printer.Str(value))}\"");
        }

        return text.ToString();
    }

    public static IEnumerable<string> Words(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (Texts.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            var end = i;
            while (end < text.Length && !Texts.IsWhiteSpace(text[end])) end++;
            yield return text[i..end];
            i = end;
        }
    }

    private static string Without(string text, string open, string close)
    {
        var (result, from) = (new StringBuilder(), 0);
        while (text.IndexOf(open, from, StringComparison.Ordinal) is var start && start >= 0
            && text.IndexOf(close, start, StringComparison.Ordinal) is var end && end >= 0)
        {
            result.Append(text, from, start - from);
            from = end + close.Length;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    private static string Quote(string text, bool keepSlash)
    {
        var quoted = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~'
                || (keepSlash && value == '/')) quoted.Append((char)value);
            else quoted.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return quoted.ToString();
    }
}
