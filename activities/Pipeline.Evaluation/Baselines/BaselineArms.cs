using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Baselines;

/// <summary>Simple answers that a fine-tune should be measured against.</summary>
/// <param name="Name">Name of the arm.</param>
/// <param name="Report">Its figures on the held-out rows.</param>
public sealed record BaselineArm(string Name, ClassificationReport Report)
{
    /// <summary>Runs the arms "always the most frequent label" and "character n-grams".</summary>
    /// <param name="training">Training rows.</param>
    /// <param name="heldOut">Held-out task of the same labels.</param>
    /// <returns>The two arms.</returns>
    public static IReadOnlyList<BaselineArm> Run(
        IReadOnlyList<(string Text, string Label)> training, EvaluationTask heldOut)
    {
        var majority = training.GroupBy(row => row.Label).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).First().Key;
        var classifier = NgramClassifier.Train(training);
        return [Of("majority", _ => majority), Of("character n-grams", classifier.Predict)];

        BaselineArm Of(string name, Func<string, string> answer) => new(
            name, new ClassificationReport(ConfusionMatrix.Of(
            [.. heldOut.Questions.Select(question => question.Target)],
            [.. heldOut.Questions.Select(question => answer(question.Text))],
            heldOut.Questions[0].Choices)));
    }
}
