using System.Text;
using Pipeline.Evaluation.Reports.Plots;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Reports;

/// <summary>
/// A page that opens offline: one file without scripts and outside references. Every text is escaped, whatever it
/// holds.
/// </summary>
/// <param name="title">Title of the page.</param>
public sealed class HtmlReport(string title)
{
    private readonly StringBuilder _body = new();

    /// <summary>Adds a heading.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>This report.</returns>
    public HtmlReport Heading(string text) => Add($"<h2>{E(text)}</h2>");

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>This report.</returns>
    public HtmlReport Paragraph(string text) => Add($"<p>{E(text)}</p>");

    /// <summary>Adds a coloured line with a verdict.</summary>
    /// <param name="kind">Tone of the line.</param>
    /// <param name="word">The verdict.</param>
    /// <param name="text">What it says.</param>
    /// <returns>This report.</returns>
    public HtmlReport Verdict(ReportTone kind, string word, string text) =>
        Add($"<div class=\"verdict {kind.ToString().ToLowerInvariant()}\"><b>{E(word)}</b><span>{E(text)}"
            + $"</span></div>");

    /// <summary>Adds large figures side by side.</summary>
    /// <param name="tiles">Name, value and note of each.</param>
    /// <returns>This report.</returns>
    public HtmlReport Tiles(IEnumerable<(string Name, string Value, string Note)> tiles) =>
        Add($"<div class=\"tiles\">{string.Concat(tiles.Select(tile => $"<div class=\"tile\"><span>{E(tile.Name)}</span><b>{E(tile.Value)}</b><small>{E(tile.Note)}</small></div>"))}</div>");

    /// <summary>Adds a table; cells that read as numbers are aligned to the right.</summary>
    /// <param name="columns">Column names.</param>
    /// <param name="rows">Cells of each row; a missing value should say so, such as <c>not measured</c>.</param>
    /// <returns>This report.</returns>
    public HtmlReport Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] lines = [.. rows];
        bool[] numeric =
            [.. columns.Select((_, i) => lines.Length > 0
                && Array.TrueForAll(lines, row => i < row.Count && Class(row[i]).Length > 0))];
        Add($"<div class=\"wide\"><table><thead><tr>{string.Concat(columns.Select((column, i) => $"<th{(numeric[i] ? " class=\"n\"" : "")}>{E(column)}</th>"))}</tr></thead><tbody>");
        foreach (var row in lines)
            Add($"<tr>{string.Concat(row.Select(cell => $"<td{Class(cell)}>{E(cell)}</td>"))}</tr>");
        return Add("</tbody></table></div>");
    }

    /// <summary>Adds a drawing with its caption.</summary>
    /// <param name="plot">The drawing.</param>
    /// <param name="caption">What it shows.</param>
    /// <returns>This report.</returns>
    public HtmlReport Figure(SvgPlot plot, string caption) =>
        Add($"<figure>{plot.Markup}<figcaption>{E(caption)}</figcaption></figure>");

    /// <summary>Adds a text that opens on a click, such as a log or a sample.</summary>
    /// <param name="summary">Its name.</param>
    /// <param name="text">The text, line breaks kept.</param>
    /// <returns>This report.</returns>
    public HtmlReport Details(string summary, string text) =>
        Add($"<details><summary>{E(summary)}</summary><pre>{E(text)}</pre></details>");

    /// <summary>The page.</summary>
    /// <returns>HTML.</returns>
    public string Render() =>
        $"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1"><title>{E(title)}</title><style>{ReportStyle.Css}</style></head>
        <body><main><h1>{E(title)}</h1>{_body}</main></body></html>

        """.ReplaceLineEndings("\n");

    /// <summary>Writes the page.</summary>
    /// <param name="path">Target file; it appears when it is complete.</param>
    /// <returns>SHA-256 of the file.</returns>
    public string Save(string path) => Files.Replace(path, Render());

    private static string E(string text) => SafeText.Encode(text);

    private static string Class(string cell) => cell == MethodComparison.NotMeasured ? " class=\"n q\"" : IsNumber(cell)
        ? " class=\"n\"" : "";

    private static bool IsNumber(string cell) => cell.Length > 0 && cell.Any(char.IsAsciiDigit)
        && cell.All(c => char.IsAsciiDigit(c) || "+-−.,% …ex±×–".Contains(c));

    private HtmlReport Add(string markup)
    {
        _body.Append(markup).Append('\n');
        return this;
    }
}
