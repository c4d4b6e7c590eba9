using System.Text.Json;
using Pipeline.Activities.Data;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Tasks;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Evaluation;

/// <summary>The tasks of an evaluation: the subjects of each benchmark, and the held-out rows of the data set.</summary>
/// <param name="benchmarks">Benchmarks that the worker knows.</param>
internal sealed class EvaluationTasks(Benchmarks benchmarks)
{
    /// <summary>Name of the task of the held-out rows.</summary>
    public const string Own = "task";

    /// <summary>Metric of the held-out rows.</summary>
    public const string OwnMetric = "exact_match";

    private const int AnswerTokens = 16;

    /// <summary>Every task of an evaluation, and the groups over them.</summary>
    public TaskCollection Of(EvaluateInput input, string dataset)
    {
        var (tasks, groups) = (new List<EvaluationTask>(), new List<TaskGroup>());
        foreach (var name in input.Evaluate.Benchmarks)
        {
            var loaded = MmluTasks.Load(Path.GetFileName(Path.TrimEndingDirectorySeparator(name)), benchmarks.FolderOf(name));
            tasks.AddRange(loaded.Tasks);
            groups.AddRange(loaded.Groups);
        }

        tasks.Add(HeldOut(dataset, shots: 0));
        groups.Add(new TaskGroup(Own, Own, [Own]));
        return new TaskCollection(tasks, groups);
    }

    /// <summary>How questions of a task are put.</summary>
    public static PromptOptions OptionsOf(EvaluationTask task, EvaluateInput input) => task.Name == Own
        ? new PromptOptions { Shots = 0 }
        : new PromptOptions { Shots = input.Evaluate.Shots, Limit = input.Evaluate.Limit == 0 ? null : input.Evaluate.Limit };

    /// <summary>The held-out rows as questions whose answer is generated and compared exactly.</summary>
    public static EvaluationTask HeldOut(string dataset, int shots, int most = int.MaxValue)
    {
        var rows = File.ReadLines(Path.Combine(dataset, "test.jsonl")).Select(Document).ToList();
        return new EvaluationTask
        {
            Name = Own,
            Version = "1",
            Output = OutputType.GenerateUntil,
            Chat = true,
            Shots = shots,
            Examples = [.. rows.Take(shots)],
            Questions = [.. rows.Skip(shots).Take(most)],
            Generation = new GenerationSettings(["<|im_end|>", "\n"], AnswerTokens),
            Metrics = [new TaskMetric(OwnMetric, Score: (document, answer) => answer.Trim() == document.Target ? 1 : 0)],
        };
    }

    private static TaskDocument Document(string line, int index)
    {
        using var row = JsonDocument.Parse(line);
        var messages = row.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString() ?? "").ToList();
        return new TaskDocument { Id = index.ToString(), Text = string.Join('\n', messages[..^1]), Target = messages[^1].Trim() };
    }
}
