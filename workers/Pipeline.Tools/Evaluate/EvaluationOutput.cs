using System.Diagnostics;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;

namespace Pipeline.Tools.Evaluate;

/// <summary>Runs an evaluation on the console and writes its files.</summary>
internal static class EvaluationOutput
{
    public static ResultsAnswer Run(
        EvaluationSession session, ModelUnderTest model, TaskCollection collection, string folder, TextWriter said,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var watch = Stopwatch.StartNew();
        var invariant = session.SelfTest(collection.Tasks);
        var shards = new List<TaskResult>();
        foreach (var (index, task) in collection.Tasks.Index())
        {
            var outcome = session.RunShard(task, new Progress(index, collection.Tasks.Count, task), cancellationToken);
            File.Copy(outcome.AnswersFile, Path.Combine(folder, $"samples_{task.Name}.jsonl"), overwrite: true);
            shards.Add(outcome.Result);
            said.WriteLine(
                $"{task.Name,-40} {outcome.Result.Ids.Count,6} questions  "
                    + $"{Figures(outcome.Result.Metrics)}{(outcome.FromCache ? "  (from the cache)" : "")}");
        }

        var results = session.Merge(shards, collection.Groups, invariant);
        var path = Path.Combine(folder, "results.json");
        var digest = ResultsJson.Save(results, path);
        foreach (var (name, group) in results.Groups) said.WriteLine(
            $"{name,-40} {group.Questions,6} questions  {Figures(group.Metrics)}");
        said.WriteLine(
            $"batch-size self-test: {(invariant is null ? "not applicable" : invariant.Value ? "passed" : "FAILED")}; "
                + $"{(model.IsLoaded ? $"{model.Scoring.Calls} model calls" : "0 model calls")}; "
                + $"{watch.Elapsed.TotalSeconds:0.0} s");
        said.WriteLine($"{path}  sha256 {digest}");
        return new ResultsAnswer(path, digest, results);
    }

    private static string Figures(IReadOnlyDictionary<string, MetricValue> metrics) =>
        string.Join("  ", metrics.Select(metric =>
        $"{metric.Key.Replace(",none", "")} "
            + $"{metric.Value.Value:0.0000}{(metric.Value.StandardError is { } error ? $" ± {error:0.0000}" : "")}"));

    private sealed class Progress(int index, int count, EvaluationTask task) : IProgress<int>
    {
        public void Report(int value)
        {
            if (!Console.IsErrorRedirected)
                Console.Error.Write($"\r[{index + 1}/{count}] {task.Name}: {value} of {task.Questions.Count}   \r");
        }
    }
}
