using System.Net;

namespace Pipeline.Gateway.Api;

/// <summary>Refuses requests whose shape is ambiguous or comes from a web page.</summary>
internal static class RequestShape
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        // Kestrel moves the length aside when both are given; two proxies may read such a request in two ways.
        if (request.Headers.ContainsKey("X-Content-Length")
            || (request.ContentLength is not null && request.Headers.TransferEncoding.Count > 0))
        {
            throw new ApiException(400, "ambiguous_length", "send either Content-Length or Transfer-Encoding");
        }

        // A page in a browser on this machine could reach a loopback port, or rebind a name to it.
        var loopback = context.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local);
        var host = request.Host.Host.Trim('[', ']');
        if (loopback && host != "localhost"
            && !(IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)))
        {
            throw new ApiException(400, "unknown_host", "this gateway listens on loopback; use 127.0.0.1 or localhost");
        }

        if (request.Headers.Origin.Count > 0)
        {
            throw new ApiException(403, "browser_request", "requests of web pages are not accepted");
        }

        return next(context);
    }
}
