using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Evaluation.Baselines;
using Pipeline.Evaluation.Reports;
using Pipeline.Evaluation.Tests.Harness;

namespace Pipeline.Evaluation.Tests.Baselines;

/// <summary>Fewer rows, chosen by quality, against all of them on the task metric.</summary>
public sealed class QualityAblationTests
{
    private const int Clean = 600, Noisy = 600, Asked = 300;

    [Fact]
    public void S1_19_BestHalfByScorer_BeatsAllRowsOnTheTask()
    {
        using var folder = new TempDirectory();
        var train = Rows("reference-finetune/train.jsonl").Take(Clean + Noisy).ToList();
        var test = Rows("reference-finetune/heldout.jsonl").Take(Asked).ToList();
        string[] labels = [.. train.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];

        // Every second row is noise: a wrong answer, written again and again.
        var rows = train.Select((row, i) => i % 2 == 0
            ? row : (row.Text,
                Label: labels[(Array.IndexOf(labels, row.Label) + 1 + (i % (labels.Length - 1))) % labels.Length]))
            .ToList();
        var path = folder.Combine("rows.jsonl");
        File.WriteAllLines(path, rows.Select((row, i) => JsonSerializer.Serialize(new
        {
            id = $"{i}",
            messages = new[] { new { role = "user", content = row.Text },
                new { role = "assistant", content = i % 2 == 0
                    ? row.Label : string.Join(" ## ", Enumerable.Repeat(row.Label, 6)) } },
        })));
        var recipe = new DatasetRecipe("ablation", DebianMmlu.Directory, [new DatasetSource("task", [path])]);
        var all = Accuracy(Kept(recipe, folder.Combine("all")), rows, test);
        var best = Accuracy(Kept(recipe with { KeepBest = 0.5 }, folder.Combine("best")), rows, test);
        var table = MethodComparison.Rows(
            [new MethodRun { Method = "all rows", RunId = "all", Task = all },
                new MethodRun { Method = "best half", RunId = "best", Task = best }]);
        table[1][7].ShouldStartWith($"{100.0 * best.Right / best.Questions:0.0} %".Replace(',', '.'));
        best.Right.ShouldBeGreaterThan(all.Right + (Asked / 20), $"best half {table[1][7]}, all rows {table[0][7]}");
    }

    private static List<int> Kept(DatasetRecipe recipe, string folder)
    {
        new DatasetBuilder().Build(recipe, folder);
        using var dataset = SftDataset.Open(folder);
        return [.. dataset.Rows().Select(row => int.Parse(row.Id))];
    }

    private static (int Right, int Questions) Accuracy(
        List<int> kept, List<(string Text, string Label)> rows, List<(string Text, string Label)> test)
    {
        var classifier = NgramClassifier.Train([.. kept.Order().Select(i => rows[i])], epochs: 3);
        return (test.Count(row => classifier.Predict(row.Text) == row.Label), test.Count);
    }

    private static IEnumerable<(string Text, string Label)> Rows(string file) => File.ReadLines(Fixtures.Require(file))
        .Select(line =>
    {
        using var row = JsonDocument.Parse(line);
        var messages = row.RootElement.GetProperty("messages");
        return (messages[0].GetProperty("content").GetString() ?? "", messages[1].GetProperty("content").GetString()
            ?? "");
    });
}
