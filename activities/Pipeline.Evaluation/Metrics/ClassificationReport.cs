namespace Pipeline.Evaluation.Metrics;

/// <summary>Precision, recall and F1.</summary>
/// <param name="Precision">Right predictions of a label among all predictions of it; 0 without any.</param>
/// <param name="Recall">Right predictions of a label among its rows; 0 without any.</param>
/// <param name="F1">Harmonic mean; 0 when both are 0.</param>
public readonly record struct PrecisionRecallF1(double Precision, double Recall, double F1);

/// <summary>The usual figures of a classification, from its confusion matrix.</summary>
/// <remarks>
/// Source: the definitions of scikit-learn 1.9 with a zero division counted as 0; listed labels without rows count in
/// macro averages.
/// </remarks>
public sealed class ClassificationReport
{
    private readonly ConfusionMatrix _matrix;
    private readonly int _n;

    /// <summary>Computes the figures.</summary>
    /// <param name="matrix">The counts.</param>
    public ClassificationReport(ConfusionMatrix matrix)
    {
        _matrix = matrix;
        _n = matrix.Labels.Count;
        PerLabel = [.. Enumerable.Range(0, _n).Select(Of)];
        Support = [.. Enumerable.Range(0, _n).Select(matrix.Support)];
    }

    /// <summary>Figures of each label.</summary>
    public IReadOnlyList<PrecisionRecallF1> PerLabel { get; }

    /// <summary>Rows of each label.</summary>
    public IReadOnlyList<int> Support { get; }

    /// <summary>Share of right predictions.</summary>
    public double Accuracy => (double)Trace / _matrix.Total;

    /// <summary>Mean recall of the labels that have rows.</summary>
    public double BalancedAccuracy => PerLabel.Where((_, label) => Support[label] > 0).Average(label => label.Recall);

    /// <summary>Plain mean over the labels.</summary>
    public PrecisionRecallF1 Macro => Weighted([.. Enumerable.Repeat(1.0, _n)]);

    /// <summary>Mean over the labels, weighted by their rows.</summary>
    public PrecisionRecallF1 WeightedBySupport => Weighted([.. Support.Select(count => (double)count)]);

    /// <summary>Figures of the pooled counts.</summary>
    public PrecisionRecallF1 Micro => Combine(Trace, Enumerable.Range(0, _n).Sum(_matrix.Predicted), Support.Sum());

    /// <summary>Matthews correlation for any number of labels; 0 when one side has a single label.</summary>
    public double Matthews
    {
        get
        {
            var (total, truth, predicted, both) = ((double)_matrix.Total, 0.0, 0.0, 0.0);
            for (var label = 0; label < _n; label++)
            {
                double rows = Support[label], columns = _matrix.Predicted(label);
                truth += rows * rows;
                predicted += columns * columns;
                both += rows * columns;
            }

            // Predictions outside the labels form one more column.
            predicted += (double)_matrix.Outside * _matrix.Outside;
            var scale = Math.Sqrt((total * total - predicted) * (total * total - truth));
            return scale == 0 ? 0 : (Trace * total - both) / scale;
        }
    }

    private int Trace => Enumerable.Range(0, _n).Sum(label => _matrix[label, label]);

    /// <summary>Cohen's kappa; agreement beyond chance.</summary>
    /// <param name="power">0 counts every disagreement alike, 1 weighs by the distance of the labels, 2 by its
    /// square.</param>
    /// <returns>At most 1; not a number for a single label.</returns>
    public double Kappa(int power = 0)
    {
        var (observed, expected) = (0.0, 0.0);
        for (var i = 0; i < _n; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                var weight = power == 0 ? (i == j ? 0 : 1) : Math.Pow(Math.Abs(i - j), power);
                observed += weight * _matrix[i, j];
                expected += weight * Support[i] * _matrix.Predicted(j) / _matrix.Total;
            }
        }

        return 1 - observed / expected;
    }

    private PrecisionRecallF1 Of(int label) =>
        Combine(_matrix[label, label], _matrix.Predicted(label), _matrix.Support(label));

    private static PrecisionRecallF1 Combine(int right, int predicted, int rows)
    {
        var (precision, recall) =
            (predicted == 0 ? 0 : (double)right / predicted, rows == 0 ? 0 : (double)right / rows);
        return new PrecisionRecallF1(precision, recall, predicted + rows == 0 ? 0 : 2.0 * right / (predicted + rows));
    }

    private PrecisionRecallF1 Weighted(double[] weights)
    {
        var sum = weights.Sum();
        return new PrecisionRecallF1(
            PerLabel.Zip(weights, (label, weight) => label.Precision * weight).Sum() / sum,
            PerLabel.Zip(weights, (label, weight) => label.Recall * weight).Sum() / sum,
            PerLabel.Zip(weights, (label, weight) => label.F1 * weight).Sum() / sum);
    }
}
