using System.Net;
using System.Net.Sockets;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Webhooks;

/// <summary>The only hosts that webhooks may be sent to; a request can never choose another.</summary>
/// <param name="allowed">Host names with port, such as <c>hooks.example.org:443</c>.</param>
public sealed class WebhookDestinations(IEnumerable<string> allowed)
{
    private readonly HashSet<string> _allowed = allowed.ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accepts a destination.</summary>
    /// <param name="url">Absolute URL.</param>
    /// <returns>The parsed URL.</returns>
    /// <exception cref="RegistryException">Scheme, credentials or host are not acceptable.</exception>
    public Uri Check(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.UserInfo.Length > 0)
        {
            throw Refuse("a webhook needs an absolute https URL without credentials");
        }

        if (uri.Scheme == "http" && !uri.IsLoopback)
        {
            throw Refuse($"a webhook to {uri.Host} needs https; plain HTTP stays on this machine");
        }

        return _allowed.Contains($"{uri.IdnHost}:{uri.Port}")
            ? uri
            : throw Refuse($"{uri.IdnHost}:{uri.Port} is not on the list of allowed webhook hosts");
    }

    /// <summary>Makes a client that follows no redirect and connects only to addresses that fit the name.</summary>
    /// <param name="timeout">Time for one delivery.</param>
    /// <returns>A client to dispose.</returns>
    internal static HttpClient CreateClient(TimeSpan timeout) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        UseCookies = false,
        UseProxy = false,
    })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = 1 << 16,
    };

    // A public name that resolves to this machine would reach what only this machine may reach.
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var local = new Uri($"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}").IsLoopback;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        foreach (var address in addresses)
        {
            EndpointGuard.Check(address);
            if (!local && IPAddress.IsLoopback(address))
            {
                throw Refuse($"{host} resolves to this machine");
            }
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static RegistryException Refuse(string why) => new(RegistryError.Destination, why);
}
