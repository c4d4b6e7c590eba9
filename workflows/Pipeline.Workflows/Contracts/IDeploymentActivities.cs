using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Gateways and traffic. Every call may be repeated without a second effect.</summary>
public interface IDeploymentActivities
{
    /// <summary>Lists the gateways that serve a route.</summary>
    /// <param name="route">Name that clients ask for.</param>
    /// <returns>Addresses.</returns>
    [Activity]
    Task<IReadOnlyList<string>> ListGatewaysAsync(string route);

    /// <summary>Loads an adapter on a gateway, warms it with a request and checks that it answers.</summary>
    /// <param name="input">Gateway and version.</param>
    /// <returns>A task that ends when the adapter answers.</returns>
    [Activity]
    Task LoadAdapterAsync(GatewayAdapterInput input);

    /// <summary>Unloads an adapter from a gateway.</summary>
    /// <param name="input">Gateway and version.</param>
    /// <returns>A task that ends when it is gone.</returns>
    [Activity]
    Task UnloadAdapterAsync(GatewayAdapterInput input);

    /// <summary>Reads how traffic is divided.</summary>
    /// <param name="route">Name that clients ask for.</param>
    /// <returns>The division.</returns>
    [Activity]
    Task<TrafficState> ReadTrafficAsync(string route);

    /// <summary>Divides traffic and reads the division back.</summary>
    /// <remarks>
    /// Fails with <see cref="ErrorTypes.TrafficMismatch"/> when what is read is not what was written.
    /// </remarks>
    /// <param name="input">The division.</param>
    /// <returns>The division that was read back.</returns>
    [Activity]
    Task<TrafficState> SetTrafficAsync(SetTrafficInput input);

    /// <summary>Watches both arms for a while; generates requests if asked to.</summary>
    /// <param name="input">What to watch.</param>
    /// <returns>What was seen.</returns>
    [Activity]
    Task<CanaryMeasurement> WatchTrafficAsync(WatchTrafficInput input);
}

/// <summary>An adapter on a gateway.</summary>
/// <param name="Gateway">Address of the gateway.</param>
/// <param name="Version">The version.</param>
/// <param name="Adapter">Its files; null when only the name matters.</param>
public sealed record GatewayAdapterInput(string Gateway, RegisteredVersion Version, ArtifactRef? Adapter);

/// <summary>How traffic of a route is divided.</summary>
public sealed record TrafficState
{
    /// <summary>Name that clients ask for.</summary>
    public required string Route { get; init; }

    /// <summary>Version that serves the rest of the traffic; 0 is the base model.</summary>
    public int StableVersion { get; init; }

    /// <summary>Version under trial; 0 for none.</summary>
    public int CandidateVersion { get; init; }

    /// <summary>Share of the candidate in percent.</summary>
    public int CandidatePercent { get; init; }
}

/// <summary>A division to set.</summary>
/// <param name="Traffic">The division.</param>
/// <param name="Actor">Who sets it.</param>
/// <param name="Reason">Why.</param>
/// <param name="OperationId">Makes it happen once.</param>
public sealed record SetTrafficInput(TrafficState Traffic, string Actor, string Reason, string OperationId);

/// <summary>What to watch.</summary>
public sealed record WatchTrafficInput
{
    /// <summary>Name that clients ask for.</summary>
    public required string Route { get; init; }

    /// <summary>The division during the step.</summary>
    public required TrafficState Traffic { get; init; }

    /// <summary>How long.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Requests to each arm that are needed.</summary>
    public int MinRequests { get; init; }

    /// <summary>Whether requests are generated.</summary>
    public bool Generate { get; init; }

    /// <summary>The data set with prompts for generated requests.</summary>
    public ArtifactRef? Dataset { get; init; }
}

/// <summary>What a canary saw of its two arms.</summary>
/// <param name="Stable">The stable arm.</param>
/// <param name="Candidate">The arm under trial.</param>
public sealed record CanaryMeasurement(ArmMeasurement Stable, ArmMeasurement Candidate);

/// <summary>What a canary saw of one arm.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="Errors">Failed requests.</param>
/// <param name="MedianMilliseconds">Median latency.</param>
/// <param name="P95Milliseconds">95th percentile of the latency.</param>
/// <param name="Accuracy">Share of right answers where the right one is known, else NaN.</param>
public sealed record ArmMeasurement(
    long Requests, long Errors, double MedianMilliseconds, double P95Milliseconds, double Accuracy = double.NaN);
