using System.Net;

namespace Pipeline.EmbeddedTemporal.WebUi;

// What a browser sees while the web interface is being built, or when it cannot be.
internal static class WaitingPage
{
    public static async Task SendAsync(HttpContext http, WebSiteBuild build)
    {
        var text = build.Problem is { } problem
            ? $"<h1>No web interface</h1><pre>{WebUtility.HtmlEncode(problem)}</pre><p>Workflows run all the same; "
                + $"the HTTP interface under /api/v1/ and the gRPC port work.</p>"
            : "<h1>The web interface is being built</h1><p>This happens once and takes a minute or two. Workflows run "
                + "meanwhile; this page reloads by itself.</p>";
        var refresh = build.Problem is null ? "<meta http-equiv=\"refresh\" content=\"3\">" : "";
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.RetryAfter = "3";
        await http.Response.WriteAsync(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">{refresh}<title>Temporal</title>"
            + $"<style>body{{font-family:system-ui,sans-serif;max-width:45rem;margin:4rem auto;padding:0 "
            + $"1rem}}</style></head><body>{text}</body></html>",
            http.RequestAborted);
    }
}
