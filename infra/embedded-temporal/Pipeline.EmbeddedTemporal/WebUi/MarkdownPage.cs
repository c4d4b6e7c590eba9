using System.Text;

namespace Pipeline.EmbeddedTemporal.WebUi;

// The frame in which the web interface shows summaries and current details: Markdown as HTML that can run nothing.
internal static class MarkdownPage
{
    private const string Style =
        "body{font:14px/1.5 system-ui,sans-serif;margin:8px;overflow-wrap:anywhere}body.dark{color:#f8fafc}"
        + "pre,code{font-family:ui-monospace,monospace;font-size:12px}pre{background:#8882;padding:8px;overflow:auto}"
        + "table{border-collapse:collapse}td,th{border:1px solid #8886;padding:2px "
        + "8px;text-align:left}h1,h2,h3,h4{margin:.4em 0}";

    public static async Task SendAsync(HttpContext http)
    {
        var theme = http.Request.Query["theme"] == "dark" ? "dark" : "light";
        var html =
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><base "
            + $"target=\"_blank\"><style>{Style}</style></head>"
            + $"<body class=\"{theme}\">{Markdown.ToHtml(http.Request.Query["content"].ToString())}</body></html>";
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action "
                + "'none'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";
        http.Response.Headers["X-Content-Type-Options"] = "nosniff";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(html), http.RequestAborted);
    }
}
