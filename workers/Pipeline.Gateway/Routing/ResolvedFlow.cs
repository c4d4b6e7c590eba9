using Pipeline.Gateway.Adapters;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Routing;

/// <summary>What answers a request.</summary>
public sealed record ResolvedFlow
{
    /// <summary>Name that the response carries as <c>model</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The adapter, or null for the base model.</summary>
    public ServedAdapter? Adapter { get; init; }

    /// <summary>Traffic state that chose the arm, or null when the alias has none.</summary>
    public TrafficState? Traffic { get; init; }

    /// <summary>The arm.</summary>
    public TrafficArmName Arm { get; init; }

    /// <summary>Prompt and decoding parameters of the arm, or null.</summary>
    public TrafficArm? Settings { get; init; }

    /// <summary>Rule that chose the model, or null.</summary>
    public string? Rule { get; init; }

    /// <summary>The flow that gets a copy of the request in shadow mode, or null.</summary>
    public ResolvedFlow? Shadow { get; init; }

    /// <summary><c>name@version</c>, or <c>base</c>.</summary>
    public string AdapterId => Adapter?.Id ?? "base";
}
