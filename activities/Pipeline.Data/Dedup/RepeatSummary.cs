using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>Passages that stand in more than one place.</summary>
public sealed record RepeatSummary
{
    /// <summary>Rows in, looked at, set aside; none is removed; also for each object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Words of all rows.</summary>
    public required long Words { get; init; }

    /// <summary>Words that repeat an earlier passage.</summary>
    public required long RepeatedWords { get; init; }

    /// <summary>Rows with such words.</summary>
    public required long RepeatedRows { get; init; }

    /// <summary>Sorted runs that were spilled to disk.</summary>
    public required int SpilledRuns { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
