using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>What a dedup run found.</summary>
public sealed record DedupSummary
{
    /// <summary>Digest of stage version, options and input content; equal keys give equal outputs.</summary>
    public required string Key { get; init; }

    /// <summary>Version of the rules, that of the normal form of a text among them.</summary>
    public int Version { get; init; } = DedupStage.Version;

    /// <summary>Rows in, out, removed (<c>exact</c>, <c>near</c>, <c>history</c>), set aside; also by object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Clusters of two or more rows.</summary>
    public required long Clusters { get; init; }

    /// <summary>Number of clusters by size, sizes ascending.</summary>
    public required IReadOnlyDictionary<int, long> ClusterSizes { get; init; }

    /// <summary>Candidate pairs whose true similarity was computed.</summary>
    public required long CandidatePairs { get; init; }

    /// <summary>Buckets above the cap in which not every pair was compared.</summary>
    public required long CappedBuckets { get; init; }

    /// <summary>Sorted runs that were spilled to disk.</summary>
    public required int SpilledRuns { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
