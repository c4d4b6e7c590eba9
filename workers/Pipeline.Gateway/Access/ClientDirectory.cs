using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Gateway.Access;

/// <summary>Finds the client of a key without telling by its time how close a wrong key was.</summary>
public sealed class ClientDirectory
{
    /// <summary>Longest key, characters.</summary>
    public const int MaxKeyLength = 256;

    private static readonly Client Local = new() { Id = "local", Proxy = true };

    private readonly IReadOnlyList<Client> _clients;
    private readonly Dictionary<string, Client> _byId;
    private readonly bool _open;
    private readonly TimeProvider _time;

    /// <summary>Makes a directory.</summary>
    /// <param name="clients">Known clients with their key digests.</param>
    /// <param name="adminKey">Plain admin key from the environment, or null; only its digest is kept.</param>
    /// <param name="open">Whether requests without a key are accepted as the client <c>local</c>; for loopback
    /// only.</param>
    /// <param name="time">Clock; null takes the system's.</param>
    public ClientDirectory(IReadOnlyList<Client> clients, string? adminKey, bool open, TimeProvider? time = null)
    {
        (_open, _time) = (open, time ?? TimeProvider.System);
        _clients = string.IsNullOrEmpty(adminKey)
            ? clients
            : [.. clients,
                new Client { Id = "admin", Admin = true, Proxy = true,
                    KeyDigest = SHA256.HashData(Encoding.UTF8.GetBytes(adminKey)) }];
        _byId = clients.ToDictionary(client => client.Id, StringComparer.Ordinal);
    }

    /// <summary>Identifies the sender of a request.</summary>
    /// <param name="key">API key of the request, or null.</param>
    /// <param name="clientId">Value of <c>X-Client-Id</c>, or null.</param>
    /// <returns>The caller; null when the key is missing, wrong or expired, or the named client is unknown.</returns>
    public Caller? Identify(string? key, string? clientId)
    {
        var sender = key is null ? (_open ? Local : null) : Find(key) ?? (_open ? Local : null);
        if (sender is null || clientId is null || !sender.Proxy)
        {
            return sender is null ? null : new Caller(sender, sender.Proxy, StickyKey(sender, key));
        }

        // A proxy speaks for a client: that client's rights count, never the proxy's.
        return _byId.TryGetValue(clientId, out var client)
            ? new Caller(client with { Admin = false, Proxy = false }, MayChooseArm: true, client.Id)
            : _byId.Count == 0
            ? new Caller(sender with { Id = Clean(clientId), Admin = false }, MayChooseArm: true, Clean(clientId))
            : null;
    }

    // Where anybody is served, a key that nobody checks still tells one sender from another.
    private static string? StickyKey(Client sender, string? key) => !ReferenceEquals(sender, Local) ? sender.Id
        : key is null ? null : $"key-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    // Without a clients file an id only spreads traffic and queues; it grants nothing.
    private static string Clean(string clientId) => clientId.Length <= 63 ? clientId : clientId[..63];

    private Client? Find(string key)
    {
        if (key.Length > MaxKeyLength)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), digest);
        Client? found = null;
        foreach (var client in _clients)
        {
            // Every key is compared, in constant time, whether or not one matched before.
            if (client.KeyDigest.Length == digest.Length
                && CryptographicOperations.FixedTimeEquals(client.KeyDigest, digest))
            {
                found = client;
            }
        }

        return found is { Expires: { } end } && end <= _time.GetUtcNow() ? null : found;
    }
}
