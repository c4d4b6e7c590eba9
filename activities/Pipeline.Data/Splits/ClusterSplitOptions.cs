using Pipeline.Data.Dedup;

namespace Pipeline.Data.Splits;

/// <summary>How rows are divided so that no near-duplicate cluster straddles two parts.</summary>
public sealed record ClusterSplitOptions
{
    /// <summary>Share of the clusters for validation, from 0.</summary>
    /// <value>0.05</value>
    public double Validation { get; init; } = 0.05;

    /// <summary>Share of the clusters for the test, from 0; both shares together stay below 1.</summary>
    /// <value>0.10</value>
    public double Test { get; init; } = 0.10;

    /// <summary>Seed of the draw.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// Field of the row itself whose values are drawn from in proportion; null draws from all clusters.
    /// </summary>
    public string? StratifyBy { get; init; }

    /// <summary>How near-duplicates are found.</summary>
    public DedupOptions Clusters { get; init; } = new();
}
