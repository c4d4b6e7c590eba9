namespace Pipeline.Registry.Traffic;

/// <summary>How the traffic of one adapter alias is split; an immutable version of it.</summary>
public sealed record TrafficState
{
    /// <summary>The alias that clients name as <c>model</c>.</summary>
    public required string Alias { get; init; }

    /// <summary>The arm that serves by default.</summary>
    public required TrafficArm Stable { get; init; }

    /// <summary>The arm under trial, or null when no rollout is going on.</summary>
    public TrafficArm? Candidate { get; init; }

    /// <summary>Share of client keys that the candidate serves, percent from 0 to 100.</summary>
    public double CandidatePercent { get; init; }

    /// <summary>
    /// Whether the candidate gets copies of requests instead of requests; its answers are measured and thrown away.
    /// </summary>
    public bool Shadow { get; init; }

    /// <summary>
    /// Name of the rollout; salts the assignment, so that another rollout picks other clients. Keep it for the whole
    /// rollout.
    /// </summary>
    public string Rollout { get; init; } = "";

    /// <summary>Number of this version, from 1; the store sets it.</summary>
    public long Version { get; init; }

    /// <summary>Who set it; the store sets it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Why it was set; the store sets it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it was set, UTC; the store sets it.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The state without a rollout, as a rollback leaves it.</summary>
    /// <returns>The same stable arm with all traffic.</returns>
    public TrafficState RolledBack() => this with { Candidate = null, CandidatePercent = 0, Shadow = false };

    /// <summary>The state after a promotion.</summary>
    /// <returns>The candidate as stable arm with all traffic.</returns>
    /// <exception cref="InvalidOperationException">There is no candidate.</exception>
    public TrafficState Promoted() => Candidate is { } candidate
        ? this with { Stable = candidate, Candidate = null, CandidatePercent = 0, Shadow = false }
        : throw new InvalidOperationException($"alias '{Alias}' has no candidate to promote");
}
