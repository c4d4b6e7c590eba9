using System.Text.Json.Serialization;

namespace Pipeline.Gateway.Access;

/// <summary>A caller that the gateway knows.</summary>
public sealed record Client
{
    /// <summary>Identity; the same rule as for adapter names.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// SHA-256 of the API key, lower-case hexadecimal; empty for a client that only a proxy speaks for.
    /// </summary>
    public string KeySha256 { get; init; } = "";

    /// <summary>Adapters that the client may use; <c>*</c> allows all.</summary>
    public IReadOnlyList<string> Adapters { get; init; } = ["*"];

    /// <summary>Model of requests that name <c>auto</c> or none; null leaves these to the fallback.</summary>
    public string? Route { get; init; }

    /// <summary>Whether the client may use the admin endpoints.</summary>
    public bool Admin { get; init; }

    /// <summary>
    /// Whether the client may speak for others with <c>X-Client-Id</c> and choose an arm with <c>X-Traffic-Arm</c>.
    /// </summary>
    public bool Proxy { get; init; }

    /// <summary>End of the key's validity, UTC; null for none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the client may use an adapter.</summary>
    /// <param name="name">Adapter name or alias.</param>
    /// <returns>Whether it is listed, or all are.</returns>
    public bool MayUse(string name) => Adapters.Contains("*") || Adapters.Contains(name);

    /// <summary>The digest of the key, for comparisons.</summary>
    [JsonIgnore]
    internal byte[] KeyDigest { get; init; } = [];
}
