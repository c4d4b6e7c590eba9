using System.Text.Json;
using Pipeline.Activities.Running;
using Pipeline.Data.Decontamination;
using Pipeline.Workflows;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Data;

/// <summary>Finds the benchmarks that a worker knows: folders with <c>dev.jsonl</c> and <c>test.jsonl</c>.</summary>
/// <param name="paths">Folders of the worker.</param>
public sealed class Benchmarks(WorkerPaths paths)
{
    /// <summary>The folder of a benchmark.</summary>
    /// <param name="name">Name of a shipped benchmark, or a folder.</param>
    /// <returns>Absolute path.</returns>
    /// <exception cref="ApplicationFailureException">There is no such benchmark.</exception>
    public string FolderOf(string name)
    {
        var shipped = Path.Combine(paths.Root, "infra", "benchmarks", Path.GetFileName(name));
        var folder = Directory.Exists(shipped) ? shipped : name;
        return File.Exists(Path.Combine(folder, "test.jsonl"))
            ? folder
            : throw new ApplicationFailureException(
                $"benchmark '{name}' is neither shipped nor a folder with test.jsonl", ErrorTypes.NotFound,
                nonRetryable: true);
    }

    /// <summary>Questions with their right answers, for decontamination.</summary>
    /// <param name="name">Name of the benchmark.</param>
    /// <returns>The items.</returns>
    public IEnumerable<EvaluationItem> Items(string name)
    {
        var (path, number) = (Path.Combine(FolderOf(name), "test.jsonl"), 0);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            using var row = JsonDocument.Parse(line);
            var (question, answer) = (row.RootElement.GetProperty("question").GetString()
                ?? "", row.RootElement.GetProperty("answer").ToString());
            if (row.RootElement.TryGetProperty("choices", out var choices) && int.TryParse(answer, out var index)
                && index >= 0 && index < choices.GetArrayLength())
            {
                answer = choices[index].ToString();
            }

            yield return new EvaluationItem(name, number.ToString(), $"{question} {answer}");
        }
    }
}
