using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup.Semantic;

/// <summary>What a run found.</summary>
public sealed record SemanticDedupSummary
{
    /// <summary>Rows in, out, removed by <c>semantic</c>, set aside; also for each object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Clusters of the vectors within which rows were compared.</summary>
    public required int Clusters { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
