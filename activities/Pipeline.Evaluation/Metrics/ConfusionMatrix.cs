namespace Pipeline.Evaluation.Metrics;

/// <summary>How often each true label was predicted as each label.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;
    private readonly int[] _missed;

    private ConfusionMatrix(IReadOnlyList<string> labels, int[,] counts, int[] missed) =>
        (Labels, _counts, _missed, Outside) = (labels, counts, missed, missed.Sum());

    /// <summary>The labels, in the order of rows and columns.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Number of pairs, those predicted outside the labels included.</summary>
    public int Total { get; private init; }

    /// <summary>Number of predictions that are none of the labels; they count as wrong.</summary>
    public int Outside { get; }

    /// <summary>Number of pairs with this true label (row) and predicted label (column).</summary>
    /// <param name="truth">Index of the true label.</param>
    /// <param name="predicted">Index of the predicted label.</param>
    public int this[int truth, int predicted] => _counts[truth, predicted];

    /// <summary>Counts pairs of labels.</summary>
    /// <param name="truth">True labels.</param>
    /// <param name="predicted">Predicted labels, one for each true one.</param>
    /// <param name="labels">The labels in order; null for those of <paramref name="truth"/> in ordinal order.</param>
    /// <returns>The matrix.</returns>
    /// <exception cref="ArgumentException">The lists differ in length, are empty, or a true label is none of the
    /// labels.</exception>
    public static ConfusionMatrix Of(
        IReadOnlyList<string> truth, IReadOnlyList<string> predicted, IReadOnlyList<string>? labels = null)
    {
        if (truth.Count != predicted.Count || truth.Count == 0)
        {
            throw new ArgumentException(
                $"{truth.Count} true and {predicted.Count} predicted labels; give the same number, at least one",
                nameof(predicted));
        }

        labels ??= [.. truth.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var index = labels.Select((label, i) => (label, i))
            .ToDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);
        var counts = new int[labels.Count, labels.Count];
        // Rows without a column of their own still belong to the support of their true label.
        var missed = new int[labels.Count];
        for (var i = 0; i < truth.Count; i++)
        {
            if (!index.TryGetValue(truth[i], out var row))
                throw new ArgumentException($"true label '{truth[i]}' of row {i} is none of the labels", nameof(truth));
            if (index.TryGetValue(predicted[i], out var column)) counts[row, column]++;
            else missed[row]++;
        }

        return new ConfusionMatrix(labels, counts, missed) { Total = truth.Count };
    }

    internal int Support(int label) =>
        Enumerable.Range(0, Labels.Count).Sum(column => _counts[label, column]) + _missed[label];

    internal int Predicted(int label) => Enumerable.Range(0, Labels.Count).Sum(row => _counts[row, label]);
}
