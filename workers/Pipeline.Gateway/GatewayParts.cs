using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Generation;
using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway;

/// <summary>What a gateway serves with.</summary>
public sealed record GatewayParts
{
    /// <summary>The engine; the gateway does not dispose it.</summary>
    public required IGenerationEngine Engine { get; init; }

    /// <summary>Text to tokens and back.</summary>
    public required ITextCodec Codec { get; init; }

    /// <summary>Adapters that may be served.</summary>
    public AdapterCatalog Catalog { get; init; } = new();

    /// <summary>Clients, rules and prices.</summary>
    public ClientsFile Clients { get; init; } = new();

    /// <summary>Plain admin key, or null to have no admin but those of the clients file.</summary>
    public string? AdminKey { get; init; }

    /// <summary>Traffic states, or null.</summary>
    public TrafficStore? Traffic { get; init; }

    /// <summary>Brings the adapters of a new traffic state, or null.</summary>
    public Func<TrafficState, CancellationToken, Task>? Arriving { get; init; }

    /// <summary>
    /// Brings versions and aliases of the registry up to date, at the rhythm of the traffic states; null for none.
    /// </summary>
    public Func<CancellationToken, Task>? Refresh { get; init; }

    /// <summary>What the model asks for where a request is silent.</summary>
    public GenerationDefaults? Defaults { get; init; }

    /// <summary>Windows and thresholds of the drift monitors.</summary>
    public DriftOptions? Drift { get; init; }

    /// <summary>Clock; null takes the system's.</summary>
    public TimeProvider? Time { get; init; }
}
