using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>
/// Exact match and token F1 after the normalisation of the SQuAD evaluation script (Rajpurkar et al. 2016).
/// </summary>
public static partial class SquadMetrics
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>Lower case, without ASCII punctuation and the words a, an, the; white space is one blank.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The normalised text.</returns>
    public static string Normalize(string text)
    {
        var kept = string.Concat(UnicodeText.Lower(text).Where(c => !Punctuation.Contains(c)));
        return string.Join(' ', UnicodeText.Words(Articles().Replace(kept, " ")));
    }

    /// <summary>Whether the normalised prediction equals one of the normalised references.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="references">Accepted answers.</param>
    /// <returns>1 or 0.</returns>
    public static double ExactMatch(string prediction, IReadOnlyList<string> references)
    {
        var own = Normalize(prediction);
        return references.Any(reference => Normalize(reference) == own) ? 1 : 0;
    }

    /// <summary>F1 over the multisets of words, the best over the references; 1 when both sides are empty.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="references">Accepted answers.</param>
    /// <returns>0 to 1.</returns>
    public static double F1(string prediction, IReadOnlyList<string> references)
    {
        var own = UnicodeText.Words(Normalize(prediction));
        return references.Max(reference =>
        {
            var target = UnicodeText.Words(Normalize(reference));
            if (own.Length == 0 || target.Length == 0) return own.Length == target.Length ? 1.0 : 0.0;
            return RougeScore.Of(
                NGrams.Overlap(NGrams.Count(own, 1), NGrams.Count(target, 1)), own.Length, target.Length).F1;
        });
    }

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Articles();
}
