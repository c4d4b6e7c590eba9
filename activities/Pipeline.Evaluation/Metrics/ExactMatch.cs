using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>Equality of texts after removing what does not matter.</summary>
/// <remarks>
/// Order: expressions, case, punctuation, as the Hugging Face <c>exact_match</c> metric applies them.
/// </remarks>
public static class ExactMatch
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>Compares two texts.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="reference">The right answer.</param>
    /// <param name="ignoreCase">Whether case is ignored.</param>
    /// <param name="ignorePunctuation">Whether ASCII punctuation is ignored.</param>
    /// <param name="ignore">Expressions whose matches are removed from both, in order.</param>
    /// <returns>1 or 0.</returns>
    public static double Score(string prediction, string reference, bool ignoreCase = false,
        bool ignorePunctuation = false, IReadOnlyList<Regex>? ignore = null)
    {
        foreach (var regex in ignore ?? [])
            (prediction, reference) = (regex.Replace(prediction, ""), regex.Replace(reference, ""));
        if (ignoreCase) (prediction, reference) = (UnicodeText.Lower(prediction), UnicodeText.Lower(reference));
        return ignorePunctuation
            ? (Strip(prediction) == Strip(reference) ? 1 : 0)
            : prediction == reference ? 1 : 0;
    }

    /// <summary>
    /// Equality of content: case, punctuation around it and white space do not count, nor does a sentence that only
    /// introduces the label.
    /// </summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="reference">The right label.</param>
    /// <param name="labels">All labels.</param>
    /// <returns>1 or 0.</returns>
    public static double Content(string prediction, string reference, IReadOnlyCollection<string> labels)
    {
        var (own, right) = (Normalize(prediction), Normalize(reference));
        if (own == right) return 1;
        // "The section is: Python." names one label only, so its content is that label.
        var words = own.Split(' ');
        string[] named =
            [.. labels.Select(Normalize).Where(label => words.Contains(label)).Distinct(StringComparer.Ordinal)];
        return named is [var only] && only == right ? 1 : 0;
    }

    private static string Normalize(string text) =>
        string.Join(
            ' ', UnicodeText.Words(UnicodeText.Lower(text)).Select(word => word.Trim([.. Punctuation]))
                .Where(word => word.Length > 0));

    private static string Strip(string text) => string.Concat(text.Where(c => !Punctuation.Contains(c)));
}
