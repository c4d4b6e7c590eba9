using Pipeline.Workflows.Contracts;

namespace Pipeline.Workflows.Deployment;

/// <summary>What was true before a run changed anything outside.</summary>
public sealed record ReleaseGuardInput
{
    /// <summary>Version that the run brings.</summary>
    public required RegisteredVersion Version { get; init; }

    /// <summary>Traffic before the canary, without a candidate.</summary>
    public required TrafficState Before { get; init; }

    /// <summary>Alias that the promotion moves.</summary>
    public required string Alias { get; init; }

    /// <summary>Version that the alias named; 0 for none.</summary>
    public int AliasBefore { get; init; }
}
