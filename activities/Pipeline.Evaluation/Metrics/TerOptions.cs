namespace Pipeline.Evaluation.Metrics;

/// <summary>Settings of <see cref="TranslationEditRate"/>; the defaults are sacreBLEU's.</summary>
public sealed record TerOptions
{
    /// <summary>Whether case matters.</summary>
    /// <value>False.</value>
    public bool CaseSensitive { get; init; }

    /// <summary>Whether punctuation is split off and entities are decoded first.</summary>
    /// <value>False.</value>
    public bool Normalized { get; init; }

    /// <summary>Whether <c>. , ? : ; ! " ( )</c> are removed first.</summary>
    /// <value>False.</value>
    public bool NoPunctuation { get; init; }

    /// <summary>
    /// Whether Chinese and Japanese text is split into characters; only with <see cref="Normalized"/> or
    /// <see cref="NoPunctuation"/>.
    /// </summary>
    /// <value>False.</value>
    public bool AsianSupport { get; init; }
}

/// <summary>A translation edit rate.</summary>
/// <param name="Score">Edits per reference word in percent; may exceed 100.</param>
/// <param name="Edits">Insertions, deletions, substitutions and block shifts.</param>
/// <param name="ReferenceLength">Mean number of words of the references.</param>
public sealed record TerScore(double Score, int Edits, double ReferenceLength);
