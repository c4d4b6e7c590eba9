namespace Pipeline.Data.Sanitization.Quality;

/// <summary>A quality heuristic; see the member of the same name of <see cref="TextScores"/>.</summary>
public enum QualityRule
{
    /// <summary>Number of words.</summary>
    Words,

    /// <summary>Average length of a word.</summary>
    MeanWordLength,

    /// <summary>Share of distinct lines.</summary>
    UniqueLines,

    /// <summary>Share of characters in distinct lines.</summary>
    UniqueLineCharacters,

    /// <summary>Share of the most frequent pair of words.</summary>
    TopPair,

    /// <summary>Share of characters that are neither letters, digits nor white space.</summary>
    NonAlphanumeric,

    /// <summary>Hash signs and ellipses for each word.</summary>
    Symbols,

    /// <summary>Share of digits.</summary>
    Digits,

    /// <summary>Share of web addresses.</summary>
    Urls,

    /// <summary>Share of white space.</summary>
    WhiteSpace,

    /// <summary>Share of parentheses.</summary>
    Parentheses,

    /// <summary>Share of bullet lines.</summary>
    Bullets,

    /// <summary>Share of lines that end with an ellipsis.</summary>
    Ellipses,

    /// <summary>Number of common English words.</summary>
    CommonWords,

    /// <summary>Share of boilerplate lines.</summary>
    Boilerplate,
}
