using System.Text.Json;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tasks;

/// <summary>
/// MMLU, and any benchmark in its layout: four choices, subjects, five worked examples each from <c>dev</c>.
/// </summary>
/// <remarks>
/// Layouts: <c>dev.jsonl</c> and <c>test.jsonl</c> with a <c>subject</c> field; Parquet as
/// <c>SUBJECT/test-*.parquet</c> or
/// <c>all/test-*.parquet</c>; the original <c>dev/SUBJECT_dev.csv</c> and <c>test/SUBJECT_test.csv</c> without column
/// line.
/// Source: lm-evaluation-harness 0.4.13, <c>mmlu</c> version 2.
/// </remarks>
public static class MmluTasks
{
    private const string Letters = "ABCD";

    /// <summary>Reads a benchmark.</summary>
    /// <param name="name">Name of the group, such as <c>mmlu</c>.</param>
    /// <param name="directory">Folder in one of the layouts.</param>
    /// <param name="variant">How questions are asked; the name of another variant than the usual one gets it
    /// appended.</param>
    /// <returns>One task a subject, and groups: areas for the subjects of MMLU, and the whole.</returns>
    /// <exception cref="TaskFormatException">A file is absent, damaged or changed, or a question has no four choices or
    /// no answer among them.</exception>
    public static TaskCollection Load(string name, string directory, MmluVariant variant = MmluVariant.Letters)
    {
        BenchmarkRows.Verify(directory);
        var group = variant == MmluVariant.Letters ? name : $"{name}_{variant.ToString().ToLowerInvariant()}";
        var (dev, test) = (MmluFiles.Read(directory, "dev"), MmluFiles.Read(directory, "test"));
        List<EvaluationTask> tasks = [
            .. test.Select(
                subject => Task(group, subject.Key, subject.Value, dev.GetValueOrDefault(subject.Key, []), variant))];
        var complete = test.Count == MmluSubjects.All.Count && test.Keys.All(MmluSubjects.All.Contains);
        if (complete && tasks.Sum(task => task.Questions.Count) != MmluSubjects.Questions)
        {
            throw new TaskFormatException(
                $"{directory} holds {tasks.Sum(task => task.Questions.Count)} questions of MMLU; the test split has "
                    + $"{MmluSubjects.Questions}");
        }

        var areas = tasks.GroupBy(task => task.Groups[0]).Where(area => area.Key != group)
            .Select(area =>
                new TaskGroup(
                    area.Key, area.Key[(group.Length + 1)..].Replace('_', ' '), [.. area.Select(task => task.Name)]));
        return new TaskCollection(tasks, [.. areas, new TaskGroup(group, group, [.. tasks.Select(task => task.Name)])]);
    }

    private static EvaluationTask Task(
        string group, string subject, List<MmluRow> test, List<MmluRow> dev, MmluVariant variant) => new()
        {
            Name = $"{group}_{subject}",
            Alias = subject.Replace('_', ' '),
            Groups = MmluSubjects.Area(subject) is { } area ? [$"{group}_{area}", group] : [group],
            Version = "2",
            Output = variant == MmluVariant.Generative ? OutputType.GenerateUntil : OutputType.MultipleChoice,
            Description =
            $"The following are multiple choice questions (with answers) about {subject.Replace('_', ' ')}.\n\n",
            Shots = 5,
            Examples = [.. dev.Select((row, i) => Document(row, i, variant))],
            Questions = [.. test.Select((row, i) => Document(row, i, variant))],
            Generation = new(["</s>", "\n"], 24),
            Filters = variant == MmluVariant.Generative
            ? [new("get_response",
                [FilterPipeline.Regex("^(.*?)(?=\\n|$)"), FilterPipeline.RemoveWhitespace(),
                    FilterPipeline.Regex("^(.*?)\\s*$")])]
            : [FilterPipeline.None],
            Metrics = variant switch
            {
                MmluVariant.Letters => [new("acc")],
                MmluVariant.Continuation => [new("acc"), new("acc_norm")],
                _ =>
                    [new("exact_match", Score: (document, answer) =>
                    ExactMatch.Score(answer, document.Target, ignoreCase: true, ignorePunctuation: true))],
            },
        };

    private static TaskDocument Document(MmluRow row, int index, MmluVariant variant)
    {
        var question = Text.UnicodeText.Trim(row.Question);
        return new TaskDocument
        {
            Id = index.ToString(),
            Text = variant == MmluVariant.Continuation ? $"Question: {question}\nAnswer:"
                : $"{question}\n{string.Concat(row.Choices.Select((choice, i) => $"{Letters[i]}. {choice}\n"))}Answer:",
            Target = variant == MmluVariant.Continuation ? row.Choices[row.Answer] : Letters[row.Answer].ToString(),
            Choices = variant == MmluVariant.Continuation
                ? row.Choices : [.. Letters.Select(letter => letter.ToString())],
            Gold = row.Answer,
        };
    }
}
