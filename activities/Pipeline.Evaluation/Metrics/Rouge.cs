using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>ROUGE-1, -2, -L and -Lsum.</summary>
/// <param name="stem">Whether words of more than three letters are stemmed.</param>
/// <remarks>
/// Only <c>a-z</c> and <c>0-9</c> survive the tokenizer, so other scripts score 0. Source: Lin 2004; definitions of
/// rouge-score 0.1.2.
/// </remarks>
public sealed partial class Rouge(bool stem = false)
{
    /// <summary>Scores one text; for each variant the reference with the best F counts.</summary>
    /// <param name="prediction">The generated text.</param>
    /// <param name="references">At least one reference.</param>
    /// <returns>The four variants.</returns>
    public RougeScores Score(string prediction, IReadOnlyList<string> references)
    {
        var scores = references.Select(reference => Score(prediction, reference)).ToList();
        return new RougeScores(
            Best(scores.Select(score => score.Rouge1)),
            Best(scores.Select(score => score.Rouge2)),
            Best(scores.Select(score => score.RougeL)),
            Best(scores.Select(score => score.RougeLsum)));
    }

    private static RougeScore Best(IEnumerable<RougeScore> scores) => scores.MaxBy(score => score.F1);

    private RougeScores Score(string prediction, string reference)
    {
        var (own, target) = (Tokens(prediction), Tokens(reference));
        return new RougeScores(
            Grams(own, target, 1), Grams(own, target, 2), Longest(own, target), Summary(prediction, reference));
    }

    private static RougeScore Grams(string[] own, string[] target, int length) =>
        RougeScore.Of(
            NGrams.Overlap(NGrams.Count(own, length), NGrams.Count(target, length)),
            own.Length - length + 1,
            target.Length - length + 1);

    private static RougeScore Longest(string[] own, string[] target) =>
        own.Length == 0 || target.Length == 0
            ? default : RougeScore.Of(Table(target, own)[target.Length, own.Length], own.Length, target.Length);

    /// <summary>
    /// Counts each word of a reference line that lies on a common subsequence with some predicted line, at most as
    /// often as it occurs.
    /// </summary>
    private RougeScore Summary(string prediction, string reference)
    {
        var (own, target) = (Lines(prediction), Lines(reference));
        var (ownWords, targetWords) = (own.Sum(line => line.Length), target.Sum(line => line.Length));
        if (ownWords == 0 || targetWords == 0) return default;
        var left = NGrams.Count([.. own.SelectMany(line => line)], 1);
        var leftTarget = NGrams.Count([.. target.SelectMany(line => line)], 1);
        var matches = 0;
        foreach (var line in target)
        {
            foreach (var index in own.SelectMany(other => Common(line, other)).Distinct().Order())
            {
                var word = line[index];
                if (left.GetValueOrDefault(word) == 0 || leftTarget.GetValueOrDefault(word) == 0) continue;
                matches++;
                left[word]--;
                leftTarget[word]--;
            }
        }

        return RougeScore.Of(matches, ownWords, targetWords);
    }

    private string[][] Lines(string text) => [.. text.Split('\n').Where(line => line.Length > 0).Select(Tokens)];

    private static List<int> Common(string[] target, string[] own)
    {
        var table = Table(target, own);
        var indices = new List<int>();
        var (i, j) = (target.Length, own.Length);
        while (i > 0 && j > 0)
        {
            if (target[i - 1] == own[j - 1])
            {
                indices.Add(--i);
                j--;
            }
            else if (table[i, j - 1] > table[i - 1, j]) j--;
            else i--;
        }

        return indices;
    }

    private static int[,] Table(string[] target, string[] own)
    {
        var table = new int[target.Length + 1, own.Length + 1];
        for (var i = 1; i <= target.Length; i++)
        {
            for (var j = 1; j <= own.Length; j++)
            {
                table[i, j] = target[i - 1] == own[j - 1]
                    ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        return table;
    }

    private string[] Tokens(string text)
    {
        var words = UnicodeText.Words(Other().Replace(UnicodeText.Lower(text), " "));
        return stem ? [.. words.Select(word => word.Length > 3 ? PorterStemmer.Stem(word) : word)] : words;
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Other();
}
