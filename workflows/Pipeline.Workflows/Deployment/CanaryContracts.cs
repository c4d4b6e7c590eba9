using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Workflows.Deployment;

/// <summary>Input of a canary.</summary>
public sealed record CanaryInput
{
    /// <summary>Name that clients ask for.</summary>
    public required string Route { get; init; }

    /// <summary>Version under trial.</summary>
    public required RegisteredVersion Version { get; init; }

    /// <summary>Files of the version.</summary>
    public required ArtifactRef Adapter { get; init; }

    /// <summary>The data set with prompts for generated requests.</summary>
    public ArtifactRef? Dataset { get; init; }

    /// <summary>Steps and thresholds.</summary>
    public required CanaryOptions Canary { get; init; }

    /// <summary>Step to begin with, from 0: where an earlier canary of the same version failed.</summary>
    public int FirstStep { get; init; }
}

/// <summary>Result of a canary.</summary>
public sealed record CanaryResult
{
    /// <summary>Whether every step was good.</summary>
    public required bool Passed { get; init; }

    /// <summary>Why it went back, or what it saw.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The steps.</summary>
    public IReadOnlyList<CanaryStep> Steps { get; init; } = [];

    /// <summary>Traffic before the canary.</summary>
    public required TrafficState Before { get; init; }

    /// <summary>Traffic after the canary, as read back.</summary>
    public required TrafficState After { get; init; }
}

/// <summary>What a person sends to a canary that cannot decide.</summary>
public sealed record CanaryDecisionInput
{
    /// <summary>Name of the person.</summary>
    public string By { get; init; } = "";

    /// <summary>Whether the canary goes on; otherwise it rolls back.</summary>
    public bool Continue { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";
}
