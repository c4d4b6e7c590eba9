using Pipeline.Data.Stages;

namespace Pipeline.Data.Splits;

/// <summary>What a split gave.</summary>
public sealed record ClusterSplitSummary
{
    /// <summary>Rows by part: <c>train</c>, <c>validation</c>, <c>test</c>.</summary>
    public required IReadOnlyDictionary<string, long> Parts { get; init; }

    /// <summary>Clusters of two or more rows that were kept together.</summary>
    public required long Clusters { get; init; }

    /// <summary>Rows in, out and set aside by the search for clusters; also for each object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
