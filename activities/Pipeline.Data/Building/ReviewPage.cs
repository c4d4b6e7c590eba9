using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.Data.Packing;

namespace Pipeline.Data.Building;

/// <summary>
/// The review sample as one HTML page that needs nothing else: learned tokens are green, others grey, token edges
/// visible.
/// </summary>
internal static class ReviewPage
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;background:#fff}
        article{border:1px solid #ddd;border-radius:6px;margin:1rem 0;padding:.6rem .9rem}
        h2{font-size:1rem;margin:0 0 .4rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;font:13px/1.7 ui-monospace,monospace}
        span{border-radius:3px;padding:1px 0;border-right:1px solid #fff}.o{background:#eceff1;color:#37474f}.t{background:#a5d6a7;color:#0d3b12}
        .w{background:#fff59d;color:#4e3b00}table{border-collapse:collapse}td,th{padding:.1rem .8rem .1rem 0;text-align:left}
        @media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}article{border-color:#444}.o{background:#2b3236;color:#b0bec5}.t{background:#1b5e20;color:#e8f5e9}.w{background:#6d5b00;color:#fff8e1}span{border-color:#181818}}
        """;

    public static string Of(DatasetIndex index, IReadOnlyList<ReviewRow> rows)
    {
        var html = new StringBuilder();
        html.Append(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
                + "content=\"width=device-width\">");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<title>Review of {Escape(index.Name)}</title><style>{Style}</style><h1>{Escape(index.Name)}: "
                + $"{rows.Count} of {index.Rows:N0} rows</h1>");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<p>Version <code>{index.Version}</code>. <span class=\"t\"> learned </span> <span class=\"o\"> not "
                + $"learned </span> <span class=\"w\"> learned with a weight </span>. Point at a token for its "
                + $"id.</p>");
        foreach (var row in rows) Append(html, row);
        return html.Append("</html>\n").ToString();
    }

    private static void Append(StringBuilder html, ReviewRow row)
    {
        var learned = row.Labels.Count(l => l != TokenRow.Ignored);
        html.Append(CultureInfo.InvariantCulture,
            $"<article><h2>{row.Row} · {Escape(row.Id)} · {row.Ids.Count} tokens, {learned} learned</h2><pre>");
        for (var i = 0; i < row.Ids.Count; i++)
        {
            var weight = row.Weights?[i] ?? (row.Labels[i] == TokenRow.Ignored ? 0 : 1);
            var kind = weight == 0 ? "o" : weight == 1 ? "t" : "w";
            html.Append(
                CultureInfo.InvariantCulture,
                $"<span class=\"{kind}\" title=\"{row.Ids[i]}{(kind == "w" ? $" × {weight}" : string.Empty)}"
                    + $"\">{Escape(row.Tokens[i])}</span>");
        }

        html.Append("</pre></article>");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
