using System.Globalization;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>Character n-gram F-score (chrF, chrF++).</summary>
/// <param name="options">Settings; null for the defaults.</param>
/// <remarks>
/// With several references the one with the best sentence score counts. Source: Popović 2015, 2017; definitions of
/// sacreBLEU 2.6.
/// </remarks>
public sealed class Chrf(ChrfOptions? options = null)
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private const double Epsilon = 1e-16;
    private readonly ChrfOptions _options = options ?? new ChrfOptions();

    /// <summary>Scores one text.</summary>
    /// <param name="prediction">The generated text.</param>
    /// <param name="references">At least one reference.</param>
    /// <returns>0 to 100.</returns>
    public double Sentence(string prediction, IReadOnlyList<string> references) => Corpus([(prediction, references)]);

    /// <summary>Scores a set of texts by their pooled counts.</summary>
    /// <param name="pairs">Predictions with their references.</param>
    /// <returns>0 to 100.</returns>
    public double Corpus(IEnumerable<(string Prediction, IReadOnlyList<string> References)> pairs)
    {
        var sum = new int[3 * (_options.CharacterOrder + _options.WordOrder)];
        foreach (var (prediction, references) in pairs)
        {
            var own = Extract(prediction);
            var (best, bestScore) = (new int[sum.Length], -1.0);
            foreach (var reference in references)
            {
                var statistics = Match(own, Extract(reference));
                var score = Combine(statistics);
                if (score > bestScore) (best, bestScore) = (statistics, score);
            }

            for (var i = 0; i < sum.Length; i++) sum[i] += best[i];
        }

        return Combine(sum);
    }

    private static int[] Match(List<Dictionary<string, int>> own, List<Dictionary<string, int>> reference)
    {
        var statistics = new int[3 * own.Count];
        for (var i = 0; i < own.Count; i++)
        {
            statistics[3 * i] = reference[i].Count > 0 ? own[i].Values.Sum() : 0;
            statistics[3 * i + 1] = reference[i].Values.Sum();
            statistics[3 * i + 2] = NGrams.Overlap(own[i], reference[i]);
        }

        return statistics;
    }

    private List<Dictionary<string, int>> Extract(string text)
    {
        if (_options.Lowercase) text = UnicodeText.Lower(text);
        var flat = _options.Whitespace ? text : string.Concat(UnicodeText.Words(text));
        var characters = UnicodeText.CodePoints(flat).Select(point => point.ToString("x", CultureInfo.InvariantCulture))
            .ToArray();
        var result = new List<Dictionary<string, int>>();
        for (var length = 1; length <= _options.CharacterOrder; length++) result.Add(NGrams.Count(characters, length));
        if (_options.WordOrder > 0)
        {
            string[] words = [.. UnicodeText.Words(text).SelectMany(SplitPunctuation)];
            for (var length = 1; length <= _options.WordOrder; length++) result.Add(NGrams.Count(words, length));
        }

        return result;
    }

    private static string[] SplitPunctuation(string word) =>
        UnicodeText.CountCodePoints(word) == 1 ? [word]
        : Punctuation.Contains(word[^1]) ? [word[..^1], word[^1..]]
        : Punctuation.Contains(word[0]) ? [word[..1], word[1..]]
        : [word];

    private double Combine(int[] statistics)
    {
        var (factor, orders) = (_options.Beta * _options.Beta, statistics.Length / 3);
        var (precisions, recalls, scores, effective) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < orders; i++)
        {
            var (own, reference, matches) = (statistics[3 * i], statistics[3 * i + 1], statistics[3 * i + 2]);
            var precision = own > 0 ? (double)matches / own : Epsilon;
            var recall = reference > 0 ? (double)matches / reference : Epsilon;
            var weighted = factor * precision + recall;
            scores += weighted > 0 ? (1 + factor) * precision * recall / weighted : Epsilon;
            if (own == 0 || reference == 0) continue;
            precisions += precision;
            recalls += recall;
            effective++;
        }

        if (_options.EpsilonSmoothing) return 100 * scores / orders;
        if (effective == 0 || precisions + recalls == 0) return 0;
        var (p, r) = (precisions / effective, recalls / effective);
        return 100 * (1 + factor) * p * r / (factor * p + r);
    }
}
