using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.EmbeddedTemporal.WebUi;

// The Markdown that summaries and details use: headings, lists, tables, code, emphasis, links. Everything else stays
// text.
internal static partial class Markdown
{
    public static string ToHtml(string text)
    {
        var html = new StringBuilder();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            var line = lines[i];
            if (line.Trim().Length == 0) i++;
            else if (line.StartsWith("```", StringComparison.Ordinal)) i = Fence(html, lines, i);
            else if (Heading().Match(line) is { Success: true } heading)
            {
                var level = heading.Groups[1].Length;
                html.Append($"<h{level}>").Append(Inline(heading.Groups[2].Value)).Append($"</h{level}>");
                i++;
            }
            else if (Item().IsMatch(line)) i = List(html, lines, i);
            else if (line.TrimStart().StartsWith('|') && i + 1 < lines.Length && TableRule().IsMatch(lines[i + 1]))
                i = Table(html, lines, i);
            else i = Paragraph(html, lines, i);
        }

        return html.ToString();
    }

    private static int Fence(StringBuilder html, string[] lines, int i)
    {
        html.Append("<pre>");
        for (i++; i < lines.Length && !lines[i].StartsWith("```", StringComparison.Ordinal); i++)
            html.Append(WebUtility.HtmlEncode(lines[i])).Append('\n');
        html.Append("</pre>");
        return i + 1;
    }

    private static int List(StringBuilder html, string[] lines, int i)
    {
        var tag = char.IsDigit(lines[i].TrimStart()[0]) ? "ol" : "ul";
        html.Append($"<{tag}>");
        for (; i < lines.Length && Item().Match(lines[i]) is { Success: true } item; i++)
            html.Append("<li>").Append(Inline(item.Groups[1].Value)).Append("</li>");
        html.Append($"</{tag}>");
        return i;
    }

    private static int Table(StringBuilder html, string[] lines, int i)
    {
        html.Append("<table>");
        Row(html, lines[i], "th");
        for (i += 2; i < lines.Length && lines[i].TrimStart().StartsWith('|'); i++) Row(html, lines[i], "td");
        html.Append("</table>");
        return i;
    }

    private static void Row(StringBuilder html, string line, string tag)
    {
        html.Append("<tr>");
        foreach (var cell in line.Trim().Trim('|').Split('|'))
            html.Append($"<{tag}>").Append(Inline(cell.Trim())).Append($"</{tag}>");
        html.Append("</tr>");
    }

    private static int Paragraph(StringBuilder html, string[] lines, int i)
    {
        html.Append("<p>").Append(Inline(lines[i]));
        for (i++; i < lines.Length && lines[i].Trim().Length > 0 && !Heading().IsMatch(lines[i])
            && !Item().IsMatch(lines[i])
            && !lines[i].StartsWith("```", StringComparison.Ordinal) && !lines[i].TrimStart().StartsWith('|'); i++)
        {
            html.Append(lines[i - 1].EndsWith("  ", StringComparison.Ordinal) ? "<br>" : "\n").Append(Inline(lines[i]));
        }

        html.Append("</p>");
        return i;
    }

    // Code spans first: nothing inside them is marked up.
    private static string Inline(string text)
    {
        var parts = text.Split('`');
        var html = new StringBuilder();
        for (var i = 0; i < parts.Length; i++)
        {
            var safe = WebUtility.HtmlEncode(parts[i]);
            if (i % 2 == 1 && i < parts.Length - 1) html.Append("<code>").Append(safe).Append("</code>");
            else html.Append(i % 2 == 1 ? "`" : "").Append(Emphasis(safe));
        }

        return html.ToString();
    }

    private static string Emphasis(string safe)
    {
        safe = Link().Replace(safe, "<a href=\"$2\" rel=\"noopener noreferrer\">$1</a>");
        safe = Bold().Replace(safe, "<strong>$1</strong>");
        return Italic().Replace(safe, "<em>$1</em>");
    }

    [GeneratedRegex(@"^(#{1,6})\s+(.*)$", RegexOptions.None, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+\.)\s+(.*)$", RegexOptions.None, 1000)]
    private static partial Regex Item();

    [GeneratedRegex(@"^\s*\|?[\s:|-]+\|[\s:|-]*$", RegexOptions.None, 1000)]
    private static partial Regex TableRule();

    [GeneratedRegex(@"\[([^\]]+)\]\((https?://[^\s)""]+)\)", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*([^*]+)\*\*", RegexOptions.None, 1000)]
    private static partial Regex Bold();

    [GeneratedRegex(@"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", RegexOptions.None, 1000)]
    private static partial Regex Italic();
}
