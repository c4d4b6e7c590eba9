using System.Text.Json;
using Pipeline.Activities.Data;
using Pipeline.Evaluation.Baselines;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Evaluation;

/// <summary>
/// What the task needs no language model for: the most frequent answer, and a linear classifier over character n-grams.
/// </summary>
internal static class SimpleArms
{
    // More different answers than this are no classification.
    private const int MostLabels = 200;

    public static BaselineResult Run(string dataset, CancellationToken cancellation)
    {
        var training = Read(Path.Combine(dataset, DatasetActivities.Examples));
        var test = Read(Path.Combine(dataset, "test.jsonl"));
        var labels = training.Select(row => row.Label).Distinct(StringComparer.Ordinal).Count();
        if (labels is < 2 or > MostLabels || test.Count == 0)
        {
            return new BaselineResult(
                [], new StageSummary
                {
                    Text = $"{labels} different answers in {training.Count:N0} rows are no classification",
                });
        }

        var majority = training.GroupBy(row => row.Label, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First().Key;
        cancellation.ThrowIfCancellationRequested();
        var classifier = NgramClassifier.Train(training);
        Metric[] arms =
            [Score("most frequent answer", test, _ => majority), Score("character n-grams", test, classifier.Predict)];
        return new BaselineResult(
            arms, new StageSummary { Text = string.Join(", ", arms.Select(arm => $"{arm.Name} {arm.Value:P1}")) });
    }

    private static Metric Score(string name, List<(string Text, string Label)> test, Func<string, string> answer)
    {
        var share = (double)test.Count(row => answer(row.Text) == row.Label) / test.Count;
        return new Metric(name, share, test.Count, Math.Sqrt(share * (1 - share) / Math.Max(1, test.Count - 1)));
    }

    private static List<(string Text, string Label)> Read(string path)
    {
        var rows = new List<(string Text, string Label)>();
        foreach (var line in File.ReadLines(path))
        {
            using var row = JsonDocument.Parse(line);
            var document = EvaluationTasks.Document(row.RootElement, 0);
            rows.Add((document.Text, document.Target));
        }

        return rows;
    }
}
