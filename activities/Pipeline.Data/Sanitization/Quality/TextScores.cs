namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Measures of one text, by the id of the heuristic; shares lie between 0 and 1.</summary>
/// <remarks>
/// Source: the heuristics of Gopher (Rae et al. 2021) and C4 (Raffel et al. 2020) as NeMo Curator names them. Words are
/// runs without white space; lines end at line feeds.
/// </remarks>
public sealed record TextScores
{
    /// <summary>Number of words.</summary>
    public required double Words { get; init; }

    /// <summary>Characters of a word, on average.</summary>
    public required double MeanWordLength { get; init; }

    /// <summary>Distinct lines among the lines that are not empty; 1 for none.</summary>
    public required double UniqueLines { get; init; }

    /// <summary>Characters of distinct lines among those of the lines that are not empty; 1 for none.</summary>
    public required double UniqueLineCharacters { get; init; }

    /// <summary>
    /// Characters of the most frequent pair of words, all its occurrences, of all characters; 0 when no pair repeats.
    /// </summary>
    public required double TopPair { get; init; }

    /// <summary>Characters that are neither letters, digits nor white space, of all characters.</summary>
    public required double NonAlphanumeric { get; init; }

    /// <summary>Hash signs and ellipses, for each word.</summary>
    public required double Symbols { get; init; }

    /// <summary>Digits of all characters.</summary>
    public required double Digits { get; init; }

    /// <summary>Characters of web addresses, of all characters.</summary>
    public required double Urls { get; init; }

    /// <summary>White space of all characters.</summary>
    public required double WhiteSpace { get; init; }

    /// <summary>Parentheses and brackets of all characters.</summary>
    public required double Parentheses { get; init; }

    /// <summary>Lines that start with a bullet, of the lines that are not empty.</summary>
    public required double Bullets { get; init; }

    /// <summary>Lines that end with an ellipsis, of the lines that are not empty.</summary>
    public required double Ellipses { get; init; }

    /// <summary>How many different words of <c>the, be, to, of, and, that, have, with</c> occur.</summary>
    public required double CommonWords { get; init; }

    /// <summary>Lines that speak of cookies, terms or privacy policies, of the lines that are not empty.</summary>
    public required double Boilerplate { get; init; }

    /// <summary>The value of a heuristic.</summary>
    /// <param name="rule">The heuristic.</param>
    /// <returns>Its value.</returns>
    public double Of(QualityRule rule) => rule switch
    {
        QualityRule.Words => Words,
        QualityRule.MeanWordLength => MeanWordLength,
        QualityRule.UniqueLines => UniqueLines,
        QualityRule.UniqueLineCharacters => UniqueLineCharacters,
        QualityRule.TopPair => TopPair,
        QualityRule.NonAlphanumeric => NonAlphanumeric,
        QualityRule.Symbols => Symbols,
        QualityRule.Digits => Digits,
        QualityRule.Urls => Urls,
        QualityRule.WhiteSpace => WhiteSpace,
        QualityRule.Parentheses => Parentheses,
        QualityRule.Bullets => Bullets,
        QualityRule.Ellipses => Ellipses,
        QualityRule.CommonWords => CommonWords,
        _ => Boilerplate,
    };
}
