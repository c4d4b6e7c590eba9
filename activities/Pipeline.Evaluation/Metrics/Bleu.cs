using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>BLEU of generated texts against one or more references.</summary>
/// <param name="options">Settings; null for the defaults.</param>
/// <remarks>
/// Clipped n-gram precision, geometric mean over lengths, times a brevity penalty with the closest reference length
/// (the shorter on a tie).
/// Source: Papineni et al. 2002; definitions of sacreBLEU 2.6 (Post 2018).
/// </remarks>
public sealed class Bleu(BleuOptions? options = null)
{
    // Stands for the logarithm of zero, so that one empty precision makes the whole score zero.
    private const double LogOfZero = -9999999999;
    private readonly BleuOptions _options = options ?? new BleuOptions();

    /// <summary>Scores one text.</summary>
    /// <param name="prediction">The generated text.</param>
    /// <param name="references">At least one reference.</param>
    /// <returns>The score, 0 to 100.</returns>
    public BleuScore Sentence(string prediction, IReadOnlyList<string> references) =>
        Corpus([(prediction, references)]);

    /// <summary>Scores a set of texts by their pooled counts; it is not the mean of the sentences.</summary>
    /// <param name="pairs">Predictions with their references.</param>
    /// <returns>The score, 0 to 100.</returns>
    /// <exception cref="ArgumentException">A prediction has no reference.</exception>
    public BleuScore Corpus(IEnumerable<(string Prediction, IReadOnlyList<string> References)> pairs)
    {
        var counts = new double[_options.MaxOrder];
        var totals = new double[_options.MaxOrder];
        var (system, reference) = (0, 0);
        foreach (var (prediction, references) in pairs)
        {
            if (references.Count == 0)
                throw new ArgumentException("a prediction has no reference; give at least one", nameof(pairs));
            var tokens = Tokens(prediction);
            var targets = references.Select(Tokens).ToArray();
            system += tokens.Length;
            reference += targets.Select(target => target.Length)
                .MinBy(length => (Math.Abs(length - tokens.Length), length));
            Add(tokens, targets, counts, totals);
        }

        return Combine(counts, totals, system, reference);
    }

    private string[] Tokens(string text) =>
        TextTokenizer.Tokens(_options.Lowercase ? UnicodeText.Lower(text) : text, _options.Tokenization);

    private void Add(string[] tokens, string[][] references, double[] counts, double[] totals)
    {
        for (var length = 1; length <= _options.MaxOrder; length++)
        {
            var own = NGrams.Count(tokens, length);
            var most = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var reference in references)
            {
                foreach (var (gram, count) in NGrams.Count(reference, length)) most[gram] =
                    Math.Max(count, most.GetValueOrDefault(gram));
            }

            counts[length - 1] += NGrams.Overlap(own, most);
            totals[length - 1] += Math.Max(0, tokens.Length - length + 1);
        }
    }

    private BleuScore Combine(double[] counts, double[] totals, int system, int reference)
    {
        var penalty = system >= reference ? 1.0 : system > 0 ? Math.Exp(1 - (double)reference / system) : 0.0;
        var precisions = new double[counts.Length];
        if (counts.All(count => count == 0))
            return new BleuScore(0, counts, totals, precisions, penalty, system, reference);
        var order = counts.Length;
        var halvings = 1.0;
        for (var n = 0; n < counts.Length; n++)
        {
            if (_options.Smoothing == BleuSmoothing.AddOne && n > 0)
            {
                counts[n]++;
                totals[n]++;
            }

            if (totals[n] == 0) break;
            if (_options.EffectiveOrder) order = n + 1;
            precisions[n] = 100 * counts[n] / totals[n];
            if (counts[n] > 0) continue;
            if (_options.Smoothing == BleuSmoothing.Exponential) precisions[n] = 100 / ((halvings *= 2) * totals[n]);
            else if (_options.Smoothing == BleuSmoothing.Floor) precisions[n] = 100 * 0.1 / totals[n];
        }

        var logs = precisions.Take(order).Sum(precision => precision == 0 ? LogOfZero : Math.Log(precision));
        return new BleuScore(penalty * Math.Exp(logs / order), counts, totals, precisions, penalty, system, reference);
    }
}
