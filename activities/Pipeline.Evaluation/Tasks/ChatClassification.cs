using System.Text.Json;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Labels asked for in a chat: each row has messages, the last of which is the right answer.</summary>
/// <remarks>
/// The answer is generated greedily up to the end token. <c>acc</c> compares exactly, <c>content</c> after the format
/// is normalised.
/// </remarks>
public static class ChatClassification
{
    /// <summary>Reads held-out rows.</summary>
    /// <param name="name">Name of the task.</param>
    /// <param name="path">JSON lines with <c>messages</c>, a list of <c>role</c> and <c>content</c>.</param>
    /// <param name="limit">Rows at most; null takes all.</param>
    /// <returns>The task.</returns>
    /// <exception cref="TaskFormatException">A row is no conversation that ends with an answer.</exception>
    public static EvaluationTask Load(string name, string path, int? limit = null) =>
        Of(name, [.. BenchmarkRows.Read(path).Take(limit ?? int.MaxValue)
            .Select((row, i) => Row(row, $"{path}, row {i + 1}"))]);

    /// <summary>A task over questions and labels.</summary>
    /// <param name="name">Name of the task.</param>
    /// <param name="rows">Question and label of each row.</param>
    /// <returns>The task.</returns>
    public static EvaluationTask Of(string name, IReadOnlyList<(string Question, string Label)> rows)
    {
        string[] labels =
            [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new EvaluationTask
        {
            Name = name,
            Output = OutputType.GenerateUntil,
            Chat = true,
            Questions =
                [.. rows.Select((row, i) =>
                    new TaskDocument { Id = i.ToString(), Text = row.Question, Target = row.Label, Choices = labels })],
            Generation = new([], 8),
            Metrics =
            [
                new("acc", Score: (document, answer) => answer == document.Target ? 1 : 0),
                new("content", Score: (document, answer) =>
                    ExactMatch.Content(answer, document.Target, document.Choices)),
            ],
        };
    }

    /// <summary>Confusion matrix of the answers.</summary>
    /// <param name="task">The task.</param>
    /// <param name="answers">Its answers.</param>
    /// <returns>True labels by row; an answer outside the labels counts as wrong.</returns>
    public static ConfusionMatrix Matrix(EvaluationTask task, IReadOnlyList<AnsweredQuestion> answers) =>
        ConfusionMatrix.Of([.. answers.Select(answer => answer.Target)],
            [.. answers.Select(answer => answer.Answers["none"])], task.Questions[0].Choices);

    private static (string Question, string Label) Row(JsonElement row, string where)
    {
        if (!row.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array
            || messages.GetArrayLength() != 2
            || messages[0].GetProperty("role").GetString() != "user"
            || messages[1].GetProperty("role").GetString() != "assistant")
        {
            throw new TaskFormatException(
                $"{where}: 'messages' must hold one question of the user and one answer of the assistant");
        }

        return (messages[0].GetProperty("content").GetString() ?? "", messages[1].GetProperty("content").GetString()
            ?? "");
    }
}
