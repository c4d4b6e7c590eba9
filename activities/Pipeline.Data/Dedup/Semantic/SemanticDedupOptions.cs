using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup.Semantic;

/// <summary>When two rows say the same in other words.</summary>
public sealed record SemanticDedupOptions
{
    /// <summary>Fields whose text is embedded.</summary>
    public TextFields Fields { get; init; } = TextFields.Default;

    /// <summary>Lowest cosine similarity of two rows that repeat each other; depends on the model.</summary>
    /// <value>0.95</value>
    public double Threshold { get; init; } = 0.95;

    /// <summary>
    /// Rows of a cluster that are all compared with each other; more rows are divided into more clusters.
    /// </summary>
    /// <value>2,048</value>
    public int ClusterRows { get; init; } = 2048;

    /// <summary>Bytes that the vectors may occupy.</summary>
    /// <value>1 GiB</value>
    public long MemoryBudgetBytes { get; init; } = 1L << 30;

    /// <summary>Most rows that may be set aside before the stage stops.</summary>
    /// <value>1,000</value>
    public long QuarantineBudget { get; init; } = 1000;
}
