using Pipeline.Statistics;

namespace Pipeline.Evaluation.Baselines;

/// <summary>A linear classifier over character n-grams: what a task needs no language model for.</summary>
/// <remarks>
/// Multinomial logistic regression, trained by seeded AdaGrad with a small quadratic penalty. Source: Duchi et al.
/// 2011.
/// </remarks>
public sealed class NgramClassifier
{
    private readonly CharacterNgrams _features;
    private readonly string[] _labels;
    private readonly float[][] _weights;
    private readonly float[] _bias;

    private NgramClassifier(CharacterNgrams features, string[] labels)
    {
        (_features, _labels, _bias) = (features, labels, new float[labels.Length]);
        _weights = [.. labels.Select(_ => new float[features.Count])];
    }

    /// <summary>Trains on texts and labels.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="epochs">Passes over the rows.</param>
    /// <param name="seed">Seed of their order.</param>
    /// <returns>The classifier; equal inputs give equal ones.</returns>
    public static NgramClassifier Train(IReadOnlyList<(string Text, string Label)> rows, int epochs = 8, ulong seed = 1)
    {
        var features = new CharacterNgrams([.. rows.Select(row => row.Text)]);
        string[] labels =
            [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var classifier = new NgramClassifier(features, labels);
        var data = rows.Select(row => (Vector: features.Vector(row.Text), Label: Array.IndexOf(labels, row.Label)))
            .ToArray();
        float[][] squares = [.. labels.Select(_ => new float[features.Count])];
        var generator = new SplitMix64(seed);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            for (var i = data.Length - 1; i > 0; i--)
            {
                var j = generator.Below(i + 1);
                (data[i], data[j]) = (data[j], data[i]);
            }

            foreach (var (vector, label) in data) classifier.Step(vector.Index, vector.Value, label, squares);
        }

        return classifier;
    }

    /// <summary>The likeliest label of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>A label of the training rows.</returns>
    public string Predict(string text)
    {
        var (index, value) = _features.Vector(text);
        var scores = Scores(index, value);
        return _labels[Array.IndexOf(scores, scores.Max())];
    }

    private float[] Scores(int[] index, float[] value)
    {
        var scores = (float[])_bias.Clone();
        for (var label = 0; label < scores.Length; label++)
        {
            var weights = _weights[label];
            for (var i = 0; i < index.Length; i++) scores[label] += weights[index[i]] * value[i];
        }

        return scores;
    }

    private void Step(int[] index, float[] value, int label, float[][] squares)
    {
        const float Rate = 0.5f;
        const float Penalty = 1e-6f;
        var scores = Scores(index, value);
        var largest = scores.Max();
        float[] odds = [.. scores.Select(score => MathF.Exp(score - largest))];
        var sum = odds.Sum();
        for (var k = 0; k < scores.Length; k++)
        {
            var error = odds[k] / sum - (k == label ? 1 : 0);
            var (weights, history) = (_weights[k], squares[k]);
            for (var i = 0; i < index.Length; i++)
            {
                var gradient = error * value[i] + Penalty * weights[index[i]];
                history[index[i]] += gradient * gradient;
                weights[index[i]] -= Rate * gradient / (MathF.Sqrt(history[index[i]]) + 1e-6f);
            }

            _bias[k] -= 0.05f * error;
        }
    }
}
