namespace Pipeline.Llm.Peft;

/// <summary>How adapters are combined.</summary>
public sealed record AdapterCombination
{
    /// <summary>The method.</summary>
    public required CombinationKind Kind { get; init; }

    /// <summary>Share of elements kept, above 0 up to 1; needed by ties, dare and magnitude_prune.</summary>
    public double? Density { get; init; }

    /// <summary>Rank of an svd.</summary>
    /// <value>Null: the largest rank among the adapters.</value>
    public int? SvdRank { get; init; }

    /// <summary>Whether the sign vote counts heads instead of adding values.</summary>
    public bool VoteByFrequency { get; init; }

    /// <summary>Seed of the random drops.</summary>
    public long Seed { get; init; }
}
