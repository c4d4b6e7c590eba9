using System.Net;
using System.Net.Sockets;

namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Decides which endpoints may be talked to: no metadata services, no plain HTTP across a network, no surprises from
/// DNS.
/// </summary>
public static class EndpointGuard
{
    private static readonly IPNetwork[] Forbidden =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), // link-local: cloud metadata services live here
        IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("fd00:ec2::254/128"),
        IPNetwork.Parse("ff00::/8"),
    ];

    /// <summary>Accepts an endpoint from configuration.</summary>
    /// <param name="endpoint">Absolute URL.</param>
    /// <param name="allowInsecure">Whether plain HTTP is accepted outside loopback.</param>
    /// <exception cref="ObjectStoreException">Scheme, credentials in the URL or address are not acceptable.</exception>
    public static void Check(Uri endpoint, bool allowInsecure)
    {
        if (endpoint.Scheme is not ("http" or "https"))
        {
            throw Refuse($"scheme '{endpoint.Scheme}' of the S3 endpoint is not http or https");
        }

        if (endpoint.UserInfo.Length > 0)
        {
            throw Refuse(
                "the S3 endpoint carries credentials in its URL; use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }

        if (IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out var address))
        {
            Check(address);
        }

        if (endpoint.Scheme == "http" && !allowInsecure && !endpoint.IsLoopback)
        {
            throw Refuse(
                $"the S3 endpoint {endpoint.Host} uses plain HTTP outside this machine; use https or set "
                    + $"store.s3.allowInsecure");
        }
    }

    /// <summary>Accepts an address that a name resolved to.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <exception cref="ObjectStoreException">The address belongs to a metadata service or cannot be a
    /// host.</exception>
    public static void Check(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (Array.Exists(Forbidden, network => network.Contains(plain)))
        {
            throw Refuse($"address {plain} is a link-local, metadata or multicast address and is never an S3 endpoint");
        }
    }

    /// <summary>
    /// Connects to a resolved and checked address, so that a second look-up cannot answer differently.
    /// </summary>
    /// <param name="context">Host and port.</param>
    /// <param name="cancellation">Stops the attempt.</param>
    /// <returns>The connected stream.</returns>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        foreach (var address in addresses)
        {
            Check(address);
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

    private static ObjectStoreException Refuse(string why) => new(ObjectStoreError.Unsupported, why);
}
