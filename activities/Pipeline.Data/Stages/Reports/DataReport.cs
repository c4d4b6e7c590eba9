using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Data.Stages.Reports;

/// <summary>
/// Shows what the data stages did as one HTML file: no script, no outside resource, every text encoded.
/// </summary>
public static class DataReport
{
    private const int MostBars = 40;
    private const int MostObjects = 10;

    private const string Style =
        """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1f24}
        h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
        th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid #d8dee4}th:first-child,td:first-child{text-align:left}
        svg{max-width:100%;height:auto}text{font:12px system-ui,sans-serif;fill:#1b1f24}.bar{fill:#2f6fab}.empty{color:#57606a}
        """;

    /// <summary>Renders the report.</summary>
    /// <param name="title">Title.</param>
    /// <param name="stages">Stages in the order of the run.</param>
    /// <param name="lengths">Lengths of the rows at the end.</param>
    /// <returns>A complete HTML document.</returns>
    public static string Render(string title, IReadOnlyList<StageReport> stages, LengthHistogram lengths)
    {
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(lengths);
        var page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                + "'unsafe-inline'\">\n")
            .Append($"<title>{Encode(title)}</title>\n<style>{Style}</style></head><body>\n<h1>{Encode(title)}</h1>\n");
        AppendTable(page, stages);
        AppendObjects(page, stages);
        Plot(page, "Removed rows by rule", Merge(stages.Select(stage => Prefix(stage))));
        Plot(page, "Lengths of the rows at the end, in words", lengths.Buckets);
        Plot(page, "Duplicate clusters by size", Merge(stages.Select(stage => stage.ClusterSizes)));
        Plot(page, "Personal data by class", Merge(stages.Select(stage => stage.PiiSpans)));
        Plot(page, "Texts changed by each cleaner", Merge(stages.Select(stage => stage.CleanedTexts)));
        Plot(page, "Advisory findings", Merge(stages.Select(stage => stage.Advisories)));
        Plot(page, "Parts of the split", Merge(stages.Select(stage => stage.Parts)));
        return page.Append("</body></html>\n").ToString();
    }

    private static Dictionary<string, long> Prefix(StageReport stage) =>
        (stage.Rows?.Removed ?? []).ToDictionary(pair => $"{stage.Name}: {pair.Key}", pair => pair.Value);

    private static Dictionary<string, long> Merge(IEnumerable<IReadOnlyDictionary<string, long>> counts)
    {
        var merged = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in counts.SelectMany(pairs => pairs))
        {
            merged[name] = merged.GetValueOrDefault(name) + count;
        }

        return merged;
    }

    private static void AppendTable(StringBuilder page, IReadOnlyList<StageReport> stages)
    {
        page.Append(
            "<h2>Rows</h2>\n<table><tr><th>stage</th><th>in</th><th>out</th><th>removed</th><th>set "
                + "aside</th><th>adds up</th></tr>\n");
        foreach (var stage in stages)
        {
            var cells = stage.Rows is { } rows ? Cells(rows) : "<td colspan=\"5\">divides rows</td>";
            page.Append($"<tr><td>{Encode(stage.Name)}</td>{cells}</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static string Cells(RowAccounting rows) =>
        $"<td>{rows.In:N0}</td><td>{rows.Out:N0}</td>"
            + $"<td title=\"{Encode(string.Join(", ", rows.Removed.Select(rule => $"{rule.Key} {rule.Value:N0}")))}\">"
            + $"{rows.RemovedTotal:N0}</td><td>{rows.Quarantined:N0}</td>"
            + $"<td>{(rows.In == rows.Out + rows.RemovedTotal + rows.Quarantined ? "yes" : "NO")}</td>";

    private static void AppendObjects(StringBuilder page, IReadOnlyList<StageReport> stages)
    {
        page.Append("<h2>Rows of the largest objects</h2>\n");
        foreach (var stage in stages)
        {
            if (stage.Rows?.LargestObjects(MostObjects) is not { Count: > 0 } shown)
            {
                continue;
            }

            page.Append($"<table><tr><th>{Encode(stage.Name)}: object</th><th>in</th><th>out</th><th>removed</th>"
                + "<th>set aside</th><th>adds up</th></tr>\n");
            foreach (var (name, rows) in shown)
            {
                page.Append(
                    $"<tr><td title=\"{Encode(name)}\">{Encode(Cut(name))}</td>{Cells(rows)}</tr>\n");
            }

            page.Append("</table>\n");
            var (all, rest) = (stage.Rows, stage.Rows.In - shown.Sum(pair => pair.Value.In));
            if (rest > 0)
            {
                page.Append($"<p class=\"empty\">and {(all.OtherObjects is null ? "" : "more than ")}"
                    + $"{(all.Objects?.Count ?? 0) - shown.Count:N0} objects with {rest:N0} rows</p>\n");
            }
        }
    }

    private static void Plot(StringBuilder page, string title, IReadOnlyDictionary<string, long> counts)
    {
        page.Append($"<h2>{Encode(title)}</h2>\n");
        if (counts.Count == 0)
        {
            page.Append("<p class=\"empty\">none</p>\n");
            return;
        }

        const int RowHeight = 22, Left = 260, Width = 420;
        var most = Math.Max(1, counts.Values.Max());
        var shown = counts.Take(MostBars).ToList();
        page.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 800 {(shown.Count * RowHeight) + 4}\" role=\"img\" aria-label=\"{Encode(title)}\">\n");
        foreach (var ((name, count), i) in shown.Select((pair, i) => (pair, i)))
        {
            var (y, width) = (i * RowHeight, count == 0 ? 0 : Math.Max(1.0, (double)count / most * Width));
            page.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{y + 15}\" text-anchor=\"end\">{Encode(Cut(name))}"
                    + $"<title>{Encode(name)}</title></text>")
                .Append(CultureInfo.InvariantCulture,
                    $"<rect class=\"bar\" x=\"{Left}\" y=\"{y + 3}\" width=\"{width:0.#}\" height=\"16\"/>")
                .Append(CultureInfo.InvariantCulture,
                    $"<text x=\"{Left + width + 6:0.#}\" y=\"{y + 15}\">{count:N0}</text>\n");
        }

        page.Append("</svg>\n");
        if (counts.Count > MostBars)
        {
            page.Append($"<p class=\"empty\">and {counts.Count - MostBars} more</p>\n");
        }
    }

    // What is longer would run out of the picture; the whole name shows under the pointer.
    private static string Cut(string name) => name.Length <= 38 ? name : $"{name[..20]}…{name[^17..]}";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
