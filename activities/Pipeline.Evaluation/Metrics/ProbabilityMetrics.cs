namespace Pipeline.Evaluation.Metrics;

/// <summary>Scores of predicted probabilities.</summary>
public static class ProbabilityMetrics
{
    /// <summary>Mean squared distance of a positive-class probability to the label (Brier 1950).</summary>
    /// <param name="truth">Labels.</param>
    /// <param name="scores">Probability of the positive class.</param>
    /// <returns>0 is perfect.</returns>
    public static double Brier(IReadOnlyList<bool> truth, IReadOnlyList<double> scores) =>
        truth.Zip(scores, (label, score) => Math.Pow(score - (label ? 1 : 0), 2)).Average();

    /// <summary>Mean over rows of the squared distances summed over the classes.</summary>
    /// <param name="truth">Index of the right class.</param>
    /// <param name="probabilities">One distribution a row.</param>
    /// <returns>0 is perfect, 2 the worst.</returns>
    public static double BrierOverClasses(IReadOnlyList<int> truth, IReadOnlyList<double[]> probabilities) =>
        truth.Zip(probabilities, (label, row) => row.Select((p, i) => Math.Pow(p - (i == label ? 1 : 0), 2)).Sum())
            .Average();

    /// <summary>
    /// Mean negative log-likelihood of the right class, in nats; probabilities are kept within 1e-15 of 0 and 1.
    /// </summary>
    /// <param name="truth">Index of the right class.</param>
    /// <param name="probabilities">One distribution a row.</param>
    /// <returns>0 is perfect.</returns>
    public static double LogLoss(IReadOnlyList<int> truth, IReadOnlyList<double[]> probabilities) =>
        -truth.Zip(probabilities, (label, row) => Math.Log(Math.Clamp(row[label] / row.Sum(), 1e-15, 1 - 1e-15)))
            .Average();

    /// <summary>Area under the ROC curve; ties count half.</summary>
    /// <param name="truth">Labels; both must occur.</param>
    /// <param name="scores">Any score that grows with the positive class.</param>
    /// <returns>0.5 for chance.</returns>
    /// <exception cref="ArgumentException">Only one label occurs.</exception>
    public static double RocAuc(IReadOnlyList<bool> truth, IReadOnlyList<double> scores)
    {
        var positives = truth.Count(label => label);
        var negatives = truth.Count - positives;
        if (positives == 0 || negatives == 0)
            throw new ArgumentException("the area needs positive and negative rows", nameof(truth));
        var ranks = Statistics.Ranks.Of(scores);
        var sum = ranks.Where((_, i) => truth[i]).Sum();
        return (sum - positives * (positives + 1) / 2.0) / ((double)positives * negatives);
    }

    /// <summary>
    /// Mean of the areas of each class against the others (<paramref name="pairwise"/>: of each pair of classes).
    /// </summary>
    /// <param name="truth">Index of the right class.</param>
    /// <param name="probabilities">One distribution a row.</param>
    /// <param name="pairwise">One-vs-one (Hand and Till 2001) rather than one-vs-rest.</param>
    /// <returns>0.5 for chance.</returns>
    public static double RocAucMacro(
        IReadOnlyList<int> truth, IReadOnlyList<double[]> probabilities, bool pairwise = false)
    {
        var classes = Enumerable.Range(0, probabilities[0].Length).ToList();
        if (!pairwise)
        {
            return classes.Average(
                k => RocAuc([.. truth.Select(label => label == k)], [.. probabilities.Select(row => row[k])]));
        }

        return classes.SelectMany(a => classes.Where(b => b != a).Select(b => (a, b))).Average(pair =>
        {
            var rows = Enumerable.Range(0, truth.Count).Where(i => truth[i] == pair.a || truth[i] == pair.b).ToList();
            return RocAuc([.. rows.Select(i => truth[i] == pair.a)], [.. rows.Select(i => probabilities[i][pair.a])]);
        });
    }

    /// <summary>Average precision: precision at each distinct score, weighted by the recall gained there.</summary>
    /// <param name="truth">Labels.</param>
    /// <param name="scores">Any score that grows with the positive class.</param>
    /// <returns>0 to 1.</returns>
    public static double AveragePrecision(IReadOnlyList<bool> truth, IReadOnlyList<double> scores)
    {
        var (seen, hits, sum, positives) = (0, 0, 0.0, truth.Count(label => label));
        foreach (var group in Enumerable.Range(0, truth.Count).GroupBy(i => scores[i])
            .OrderByDescending(group => group.Key))
        {
            var gained = group.Count(i => truth[i]);
            seen += group.Count();
            hits += gained;
            sum += (double)gained / positives * hits / seen;
        }

        return sum;
    }

    /// <summary>
    /// Share of rows whose right class is among the <paramref name="k"/> most probable; ties go to the later class.
    /// </summary>
    /// <param name="truth">Index of the right class.</param>
    /// <param name="probabilities">One distribution a row.</param>
    /// <param name="k">How many classes count.</param>
    /// <returns>0 to 1.</returns>
    public static double TopAccuracy(IReadOnlyList<int> truth, IReadOnlyList<double[]> probabilities, int k) =>
        truth.Zip(probabilities, (label, row) =>
            row.Where((p, i) => p > row[label] || (p == row[label] && i > label)).Count() < k ? 1.0 : 0.0).Average();
}
