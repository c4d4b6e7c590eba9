using System.Net;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// There is no login, so a page of another site must not act in the name of whoever has it open.
internal static class RequestGuard
{
    public static void Check(HttpContext http, EngineOptions options)
    {
        var host = http.Request.Host;
        // A foreign name that resolves to this machine (DNS rebinding) is not one of ours.
        if (IPAddress.IsLoopback(IPAddress.Parse(options.UiAddress)) && !IsLocal(host.Host))
            throw Refused($"the host {host.Host} is not this machine");
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) return;
        if (http.Request.Headers.Origin.ToString() is not { Length: > 0 } origin) return;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var from) || from.Authority != host.Value)
            throw Refused($"the origin {origin} is another site");
    }

    private static bool IsLocal(string host) =>
        host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)
            || IPAddress.TryParse(host.Trim('[', ']'), out _);

    private static RpcError Refused(string why) => new(StatusCode.PermissionDenied, "Request refused: " + why + ".");
}
