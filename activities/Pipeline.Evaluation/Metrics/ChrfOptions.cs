namespace Pipeline.Evaluation.Metrics;

/// <summary>Settings of <see cref="Chrf"/>; the defaults are sacreBLEU's chrF2.</summary>
public sealed record ChrfOptions
{
    /// <summary>Longest character n-gram.</summary>
    /// <value>6.</value>
    public int CharacterOrder { get; init; } = 6;

    /// <summary>Longest word n-gram; 2 gives chrF++.</summary>
    /// <value>0.</value>
    public int WordOrder { get; init; }

    /// <summary>How many times recall weighs more than precision.</summary>
    /// <value>2.</value>
    public double Beta { get; init; } = 2;

    /// <summary>Whether case is ignored.</summary>
    /// <value>False.</value>
    public bool Lowercase { get; init; }

    /// <summary>Whether white space counts as characters.</summary>
    /// <value>False.</value>
    public bool Whitespace { get; init; }

    /// <summary>
    /// Whether lengths without n-grams stay in the average with a tiny value, as the original script does.
    /// </summary>
    /// <value>False.</value>
    public bool EpsilonSmoothing { get; init; }
}
