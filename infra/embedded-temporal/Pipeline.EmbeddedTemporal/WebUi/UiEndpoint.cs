using Pipeline.EmbeddedTemporal.HttpApi;

namespace Pipeline.EmbeddedTemporal.WebUi;

// The UI port: the JSON interface, rendered Markdown, a health check, and the web interface for everything else.
internal sealed class UiEndpoint(HttpApiEndpoint api, WebSite site)
{
    public Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (path.StartsWith(HttpApiEndpoint.Prefix, StringComparison.Ordinal)) return api.HandleAsync(http);
        return path switch
        {
            "/healthz" => HttpReplies.SendAsync(http, StatusCodes.Status200OK, "{\"status\":\"OK\"}"),
            "/render" => MarkdownPage.SendAsync(http),
            _ => site.HandleAsync(http),
        };
    }
}
