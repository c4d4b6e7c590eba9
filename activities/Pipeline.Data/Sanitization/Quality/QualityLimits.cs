namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Between which values each heuristic must lie; a heuristic without an entry does not judge.</summary>
public sealed record QualityLimits
{
    /// <summary>Limits for documents of web text, with the defaults of NeMo Curator (commit 1e2e427).</summary>
    public static QualityLimits WebText { get; } = new()
    {
        Ranges = new SortedDictionary<QualityRule, (double Least, double Most)>
        {
            [QualityRule.Words] = (50, 100_000),
            [QualityRule.MeanWordLength] = (3, 10),
            [QualityRule.UniqueLines] = (0.7, 1),
            [QualityRule.UniqueLineCharacters] = (0.8, 1),
            [QualityRule.TopPair] = (0, 0.2),
            [QualityRule.NonAlphanumeric] = (0, 0.25),
            [QualityRule.Symbols] = (0, 0.1),
            [QualityRule.Digits] = (0, 0.15),
            [QualityRule.Urls] = (0, 0.2),
            [QualityRule.WhiteSpace] = (0, 0.25),
            [QualityRule.Parentheses] = (0, 0.1),
            [QualityRule.Bullets] = (0, 0.9),
            [QualityRule.Ellipses] = (0, 0.3),
            [QualityRule.CommonWords] = (2, double.MaxValue),
            [QualityRule.Boilerplate] = (0, 0.4),
        },
    };

    /// <summary>
    /// Limits for the short texts of instruction data, in any language: only what no instruction or answer looks like.
    /// </summary>
    public static QualityLimits Instruction { get; } = new()
    {
        Ranges = new SortedDictionary<QualityRule, (double Least, double Most)>
        {
            [QualityRule.Words] = (1, 20_000),
            [QualityRule.UniqueLines] = (0.3, 1),
            [QualityRule.Urls] = (0, 0.8),
            [QualityRule.WhiteSpace] = (0, 0.6),
            [QualityRule.Boilerplate] = (0, 0.6),
        },
    };

    /// <summary>Smallest and largest accepted value of each heuristic.</summary>
    public required IReadOnlyDictionary<QualityRule, (double Least, double Most)> Ranges { get; init; }

    /// <summary>The limits with one range changed.</summary>
    /// <param name="rule">The heuristic.</param>
    /// <param name="least">Smallest accepted value.</param>
    /// <param name="most">Largest accepted value.</param>
    /// <returns>New limits.</returns>
    public QualityLimits With(QualityRule rule, double least, double most) => new()
    {
        Ranges = new SortedDictionary<QualityRule, (double Least, double Most)>(Ranges.ToDictionary())
        {
            [rule] = (least, most),
        },
    };

    /// <summary>The first heuristic that a text fails.</summary>
    /// <param name="scores">Measures of the text.</param>
    /// <returns>The heuristic, or null when the text passes.</returns>
    public QualityRule? FirstFailed(TextScores scores) => FirstFailed([.. Ranges], scores);

    /// <summary>
    /// As <see cref="FirstFailed(TextScores)"/>, for callers that judge many texts by one copy of the ranges.
    /// </summary>
    internal static QualityRule? FirstFailed(
        KeyValuePair<QualityRule, (double Least, double Most)>[] ranges, TextScores scores)
    {
        foreach (var (rule, (least, most)) in ranges)
        {
            var value = scores.Of(rule);
            if (value < least || value > most)
            {
                return rule;
            }
        }

        return null;
    }
}
