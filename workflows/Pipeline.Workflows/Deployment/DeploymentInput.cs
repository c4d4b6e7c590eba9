using Pipeline.Workflows.Contracts;

namespace Pipeline.Workflows.Deployment;

/// <summary>Input of a deployment.</summary>
public sealed record DeploymentInput
{
    /// <summary>Name that clients ask for.</summary>
    public required string Route { get; init; }

    /// <summary>Version to serve.</summary>
    public required RegisteredVersion Version { get; init; }

    /// <summary>Its files.</summary>
    public required ArtifactRef Adapter { get; init; }

    /// <summary>Who deploys.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";
}
