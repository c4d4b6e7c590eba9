using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Leaks;
using Pipeline.Evaluation.Tasks.Yaml;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Finds tasks by name.</summary>
/// <param name="benchmarks">Folder that holds a folder for each benchmark in the layout of MMLU.</param>
/// <param name="rows">Held-out rows of the fine-tune's own task, known as <c>section</c>; null when there are
/// none.</param>
/// <param name="taskFiles">Folder of YAML tasks; null when there is none.</param>
/// <param name="canaries">JSON lines with <c>id</c>, <c>prompt</c> and <c>secret</c> for the task <c>leaks</c>; null
/// when there are none.</param>
public sealed class TaskCatalog(
    string benchmarks, string? rows = null, string? taskFiles = null, string? canaries = null)
{
    /// <summary>Tasks that come with the product.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["bias-pairs", "bias-questions", "instructions", "toxicity"];

    /// <summary>Finds tasks.</summary>
    /// <param name="names">Names of benchmarks (with <c>_continuation</c> or <c>_generative</c> for a variant), of YAML
    /// tasks or groups, of built-in tasks, or <c>section</c>.</param>
    /// <returns>All tasks with their groups.</returns>
    /// <exception cref="TaskFormatException">A name stands for nothing, or a file is wrong.</exception>
    public TaskCollection Find(IEnumerable<string> names)
    {
        TaskCollection[] found = [.. names.Select(Find)];
        return new TaskCollection([.. found.SelectMany(one => one.Tasks)], [.. found.SelectMany(one => one.Groups)]);
    }

    private TaskCollection Find(string name)
    {
        if (name == "section")
        {
            return Single(
                ChatClassification.Load(
                    name, rows ?? throw new TaskFormatException(
                        "the task 'section' needs held-out rows; name their file with --rows")));
        }

        if (name == "leaks")
            return Single(
                LeakProbe.Load(
                    canaries ?? throw new TaskFormatException(
                        "the task 'leaks' needs what must not come out; name its file with --canaries")));
        if (BuiltInTasks.Find(name) is { } builtIn) return builtIn;
        foreach (var variant in Enum.GetValues<MmluVariant>().Reverse())
        {
            var suffix = variant == MmluVariant.Letters ? "" : $"_{variant.ToString().ToLowerInvariant()}";
            var folder = Path.Combine(
                benchmarks, name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name);
            if (name.EndsWith(suffix, StringComparison.Ordinal) && Directory.Exists(folder))
                return MmluTasks.Load(Path.GetFileName(folder), folder, variant);
        }

        if (taskFiles is not null) return YamlTasks.Load(taskFiles, name);
        string?[] known = Directory.Exists(benchmarks)
            ? [.. Directory.GetDirectories(benchmarks).Select(Path.GetFileName).Order(StringComparer.Ordinal)] : [];
        throw new TaskFormatException(
            $"there is no task '{name}'; known are "
                + $"{string.Join(", ", known.Concat(BuiltIn).Append("section").Append("leaks"))}, and YAML tasks with "
                + $"--task-files");
    }

    private static TaskCollection Single(EvaluationTask task) => new([task], []);
}
