namespace Pipeline.Evaluation.Metrics;

/// <summary>How BLEU treats an n-gram length without a match.</summary>
public enum BleuSmoothing
{
    /// <summary>Halve the precision again for each length without a match (NIST's method).</summary>
    Exponential,

    /// <summary>Count 0.1 matches.</summary>
    Floor,

    /// <summary>Add 1 to matches and totals of lengths above one.</summary>
    AddOne,

    /// <summary>No smoothing: the score becomes 0.</summary>
    None,
}

/// <summary>Settings of <see cref="Bleu"/>; the defaults are sacreBLEU's.</summary>
public sealed record BleuOptions
{
    /// <summary>Token rules.</summary>
    /// <value>mteval-v13a.</value>
    public TextTokenization Tokenization { get; init; } = TextTokenization.Mteval13A;

    /// <summary>What happens to lengths without a match.</summary>
    /// <value>Exponential.</value>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>Whether case is ignored.</summary>
    /// <value>False.</value>
    public bool Lowercase { get; init; }

    /// <summary>
    /// Whether texts shorter than <see cref="MaxOrder"/> tokens are scored on the lengths they have; meant for single
    /// sentences.
    /// </summary>
    /// <value>False.</value>
    public bool EffectiveOrder { get; init; }

    /// <summary>Longest n-gram.</summary>
    /// <value>4.</value>
    public int MaxOrder { get; init; } = 4;
}
