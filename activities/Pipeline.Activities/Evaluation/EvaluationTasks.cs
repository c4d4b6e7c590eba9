using System.Text.Json;
using Pipeline.Activities.Data;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Tasks;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Evaluation;

/// <summary>
/// The tasks of an evaluation: the subjects of each benchmark, and the held-out rows of the data set.
/// </summary>
/// <param name="benchmarks">Benchmarks that the worker knows.</param>
internal sealed class EvaluationTasks(Benchmarks benchmarks)
{
    /// <summary>Name of the task of the held-out rows.</summary>
    public const string Own = "task";

    /// <summary>Metric of the held-out rows.</summary>
    public const string OwnMetric = "exact_match";

    /// <summary>Most worked examples of a prompt.</summary>
    public const int MostShots = 3;

    private const int AnswerTokens = 16;

    /// <summary>Every task of an evaluation, and the groups over them.</summary>
    public TaskCollection Of(EvaluateInput input, string dataset)
    {
        var (tasks, groups) = (new List<EvaluationTask>(), new List<TaskGroup>());
        foreach (var name in input.OwnOnly ? [] : input.Evaluate.Benchmarks)
        {
            var loaded =
                MmluTasks.Load(Path.GetFileName(Path.TrimEndingDirectorySeparator(name)), benchmarks.FolderOf(name));
            tasks.AddRange(loaded.Tasks);
            groups.AddRange(loaded.Groups);
        }

        foreach (var name in input.OwnOnly ? [] : input.Evaluate.Bias)
        {
            tasks.AddRange(BuiltInTasks.Find(name)?.Tasks ?? []);
            groups.Add(new TaskGroup(name, name, [name]));
        }

        tasks.Add(HeldOut(dataset));
        groups.Add(new TaskGroup(Own, Own, [Own]));
        return new TaskCollection(tasks, groups);
    }

    /// <summary>How questions of a task are put.</summary>
    public static PromptOptions OptionsOf(EvaluationTask task, EvaluateInput input) => task.Name == Own
        ? new PromptOptions { Shots = input.OwnShots }
        : new PromptOptions
        {
            Shots = input.Evaluate.Shots,
            Limit = input.Evaluate.Limit == 0 ? null : input.Evaluate.Limit,
        };

    /// <summary>The held-out rows as questions whose answer is generated and compared exactly.</summary>
    /// <remarks>Worked examples are training rows, so that every arm answers the same questions.</remarks>
    public static EvaluationTask HeldOut(string dataset, int most = int.MaxValue)
    {
        return new EvaluationTask
        {
            Name = Own,
            Version = "1",
            Output = OutputType.GenerateUntil,
            Chat = true,
            Examples = [.. Read(Path.Combine(dataset, Data.DatasetActivities.Examples), MostShots)],
            Questions = [.. Read(Path.Combine(dataset, "test.jsonl"), most)],
            Generation = new GenerationSettings(["<|im_end|>", "\n"], AnswerTokens),
            Metrics =
                [new TaskMetric(OwnMetric, Score: (document, answer) => answer.Trim() == document.Target ? 1 : 0)],
        };
    }

    /// <summary>Score that stands for a group of an evaluation.</summary>
    public static string MetricOf(string group) => group switch
    {
        Own => OwnMetric,
        "bias-pairs" => "stereotype",
        "bias-questions" => "bias",
        "toxicity" => "toxic",
        _ => "acc",
    };

    /// <summary>Whether a group is a bias or toxicity probe: reported, but no measure of what a model can do.</summary>
    public static bool IsProbe(string group) => MetricOf(group) is not ("acc" or OwnMetric);

    private static IEnumerable<TaskDocument> Read(string path, int most) => File.ReadLines(path).Take(most)
        .Select((line, index) =>
    {
        using var row = JsonDocument.Parse(line);
        return Document(row.RootElement, index);
    });

    /// <summary>A row of messages as a question; the last message is the answer.</summary>
    public static TaskDocument Document(JsonElement row, int index)
    {
        var messages = row.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("content").GetString() ?? "").ToList();
        return new TaskDocument
        {
            Id = index.ToString(),
            Text = string.Join('\n', messages[..^1]),
            Target = messages[^1].Trim(),
        };
    }
}
