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

    /// <summary>Its questions in the forms that they may leak in, for decontamination.</summary>
    /// <param name="name">Name of the benchmark.</param>
    /// <returns>The items.</returns>
    public IReadOnlyList<EvaluationItem> Items(string name) =>
        EvaluationItems.Read(Path.Combine(FolderOf(name), "test.jsonl"), name);
}
