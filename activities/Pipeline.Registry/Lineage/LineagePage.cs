using System.Net;
using System.Text;
using Pipeline.Registry.Models;

namespace Pipeline.Registry.Lineage;

/// <summary>Shows a lineage as one HTML file: no script, no outside resource, every text encoded.</summary>
public static class LineagePage
{
    private const string Style =
        """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24}
        h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d8dee4}
        code{font-size:.85em;overflow-wrap:anywhere}.warn{background:#fff4e5;border-left:4px solid #d9822b;padding:.5rem .8rem}
        .kind{white-space:nowrap;font-weight:600}small{color:#57606a}
        """;

    /// <summary>Renders the page.</summary>
    /// <param name="title">What was asked about, such as an address.</param>
    /// <param name="graph">The lineage.</param>
    /// <param name="history">The model's history; may be empty.</param>
    /// <returns>A complete HTML document.</returns>
    public static string Render(string title, LineageGraph graph, IReadOnlyList<RegistryEvent> history)
    {
        var page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                + "'unsafe-inline'\">\n")
            .Append($"<title>Lineage of {Encode(title)}</title>\n<style>{Style}</style></head><body>\n")
            .Append($"<h1>Lineage of <code>{Encode(title)}</code></h1>\n");
        AppendGaps(page, graph);
        page.Append("<h2>What it rests on</h2>\n<table><tr><th>kind</th><th>what</th><th>made from</th></tr>\n");
        var numbers = graph.Nodes.Keys.Select((id, index) => (id, index))
            .ToDictionary(pair => pair.id, pair => pair.index + 1);
        foreach (var (id, node) in graph.Nodes)
        {
            AppendNode(page, id, node, numbers);
        }

        page.Append("</table>\n");
        AppendHistory(page, history);
        return page.Append("</body></html>\n").ToString();
    }

    private static void AppendGaps(StringBuilder page, LineageGraph graph)
    {
        if (graph.Missing.Count > 0)
        {
            page.Append(
                $"<p class=\"warn\">Not recorded: "
                    + $"{Encode(string.Join(", ", graph.Missing.Select(LineageNode.KindName)))}.</p>\n");
        }

        if (graph.Unrecorded.Count > 0)
        {
            page.Append(
                $"<p class=\"warn\">Named, but not in this store: <code>{Encode(string.Join(", ", graph.Unrecorded))}"
                    + $"</code></p>\n");
        }
    }

    private static void AppendNode(StringBuilder page, string id, LineageNode node, Dictionary<string, int> numbers)
    {
        var number = numbers[id];
        page.Append(
            $"<tr id=\"n{number}\"><td class=\"kind\">{number}. {Encode(LineageNode.KindName(node.Kind))}"
                + $"</td><td>{Encode(node.Label)}");
        if (node.Artifact.Length > 0)
        {
            page.Append($"<br><small>sha256 <code>{Encode(node.Artifact)}</code></small>");
        }

        if (node.Run.Length > 0)
        {
            page.Append($"<br><small>run <code>{Encode(node.Run)}</code></small>");
        }

        foreach (var (name, value) in node.Properties.Where(property => property.Value.Length > 0))
        {
            page.Append($"<br><small>{Encode(name)}: {Encode(value)}</small>");
        }

        var inputs = node.Inputs.Select(
            input => numbers.TryGetValue(input, out var target) ? $"<a href=\"#n{target}\">{target}</a>" : "?");
        page.Append($"</td><td>{string.Join(", ", inputs)}</td></tr>\n");
    }

    private static void AppendHistory(StringBuilder page, IReadOnlyList<RegistryEvent> history)
    {
        if (history.Count == 0)
        {
            return;
        }

        page.Append(
            "<h2>History</h2>\n<table><tr><th>#</th><th>when</th><th>what</th><th>from → "
                + "to</th><th>who</th><th>why</th></tr>\n");
        foreach (var entry in history)
        {
            page.Append($"<tr><td>{entry.Sequence}</td><td>{entry.At:yyyy-MM-dd HH:mm:ss}Z</td>")
                .Append($"<td>{Encode(entry.Kind.ToString())} {Encode(entry.Subject)}</td><td>{Shown(entry.From)} → "
                    + $"{Shown(entry.To)}</td>")
                .Append($"<td>{Encode(entry.Actor)}</td><td>{Encode(entry.Reason)}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static string Shown(int? version) => version is { } number ? $"{number}" : "none";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
