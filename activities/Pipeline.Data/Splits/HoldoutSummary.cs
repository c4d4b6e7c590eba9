using Pipeline.Data.Stages;

namespace Pipeline.Data.Splits;

/// <summary>What was held out.</summary>
public sealed record HoldoutSummary
{
    /// <summary>
    /// Digest of the raw rows, the options and the held-out ids; later stages record it as their origin.
    /// </summary>
    public required string Digest { get; init; }

    /// <summary>Raw rows, those left for training, and those <c>held-out</c>; also for each object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Rows held out, at least <c>ceil(Fraction · Rows)</c>.</summary>
    public required long HeldOut { get; init; }

    /// <summary>Output files with digests: <c>train.jsonl</c> and <c>test.jsonl</c>.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
