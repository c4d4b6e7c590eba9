using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>Which passages are reported.</summary>
public sealed record RepeatOptions
{
    /// <summary>Fields whose text is looked at.</summary>
    public TextFields Fields { get; init; } = TextFields.Default;

    /// <summary>Fewest words of a passage that stands in more than one place.</summary>
    /// <value>50</value>
    public int Words { get; init; } = 50;

    /// <summary>Bytes of memory for keys; more go to disk in sorted runs.</summary>
    /// <value>256 MiB</value>
    public long MemoryBudgetBytes { get; init; } = 256L << 20;

    /// <summary>Most rows that may be set aside before the stage stops.</summary>
    /// <value>1,000</value>
    public long QuarantineBudget { get; init; } = 1000;
}
