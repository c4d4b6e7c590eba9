using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>How duplicates are found and which of them stay.</summary>
public sealed record DedupOptions
{
    /// <summary>Fields whose text is compared.</summary>
    public TextFields Fields { get; init; } = TextFields.Default;

    /// <summary>Whether near-duplicates are sought after exact ones.</summary>
    /// <value>true</value>
    public bool Near { get; init; } = true;

    /// <summary>Lowest true Jaccard similarity that makes two rows near-duplicates.</summary>
    /// <value>0.8</value>
    public double Threshold { get; init; } = 0.8;

    /// <summary>Words a shingle.</summary>
    /// <value>5</value>
    public int ShingleSize { get; init; } = 5;

    /// <summary>Units of a shingle.</summary>
    public ShingleKind Shingles { get; init; } = ShingleKind.Word;

    /// <summary>Hash of a shingle.</summary>
    public ShingleHash Hash { get; init; } = ShingleHash.Fast;

    /// <summary>
    /// Banding of the signature; a <see cref="Threshold"/> below 0.8 asks for another, <see cref="LshBands.Finding"/>.
    /// </summary>
    /// <value>14 bands of 8.</value>
    public LshBands Bands { get; init; } = LshBands.Loose;

    /// <summary>Seed of permutations and shingle hashes; another one in each run defeats prepared collisions.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Which row of a cluster stays.</summary>
    public KeepPolicy Keep { get; init; } = KeepPolicy.First;

    /// <summary>Field of the row itself that <see cref="KeepPolicy.BestScore"/> reads.</summary>
    public string? ScoreField { get; init; }

    /// <summary>Bytes that keys and shingle sets may occupy in memory; keys beyond go to disk in sorted runs.</summary>
    /// <value>256 MiB</value>
    public long MemoryBudgetBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Largest bucket of which all pairs are compared; members of a larger one are compared with so many
    /// representatives.
    /// </summary>
    /// <value>64</value>
    public int BucketCap { get; init; } = 64;

    /// <summary>Threads that compute signatures; the result does not depend on it.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Segments of earlier datasets, in any order; rows that repeat one of theirs are removed.</summary>
    public IReadOnlyList<string> HistorySegments { get; init; } = [];

    /// <summary>Whether a segment with the kept rows is written for later runs.</summary>
    public bool WriteSegment { get; init; }

    /// <summary>Most rows that may be set aside before the stage stops.</summary>
    /// <value>1,000</value>
    public long QuarantineBudget { get; init; } = 1000;
}
