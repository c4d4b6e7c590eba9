namespace Pipeline.Registry.Traffic;

/// <summary>The two arms of a rollout.</summary>
public enum TrafficArmName
{
    /// <summary>What serves when there is no rollout, and what a rollback returns to.</summary>
    Stable,

    /// <summary>What is being tried.</summary>
    Candidate,
}
