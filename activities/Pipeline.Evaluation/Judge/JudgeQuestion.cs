using System.Text.Json;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Judge;

/// <summary>A question of two turns.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Category">Such as <c>writing</c> or <c>math</c>.</param>
/// <param name="Turns">What the user says, in order.</param>
/// <param name="References">Right answers where there are any.</param>
public sealed record JudgeQuestion(
    string Id, string Category, IReadOnlyList<string> Turns, IReadOnlyList<string> References)
{
    /// <summary>Reads questions in the layout of MT-Bench.</summary>
    /// <param name="path">JSON lines with <c>question_id</c>, <c>category</c>, <c>turns</c> and optionally
    /// <c>reference</c>.</param>
    /// <returns>The questions.</returns>
    /// <exception cref="TaskFormatException">A row has no turns or an id occurs twice.</exception>
    public static IReadOnlyList<JudgeQuestion> Load(string path)
    {
        JudgeQuestion[] questions =
            [.. Tasks.BenchmarkRows.Read(path).Select((row, i) => Of(row, $"{path}, row {i + 1}"))];
        return questions.GroupBy(question => question.Id).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new TaskFormatException($"{path}: question_id '{twice.Key}' occurs twice") : questions;
    }

    /// <summary>
    /// The questions that come with the product: 80 of two turns in the eight categories of MT-Bench, written for this
    /// product.
    /// </summary>
    /// <returns>The questions.</returns>
    public static IReadOnlyList<JudgeQuestion> BuiltIn() =>
        [.. Tasks.BuiltInTasks.Rows("conversations").Select((row, i) => Of(row, $"conversations, row {i + 1}"))];

    private static JudgeQuestion Of(JsonElement row, string where)
    {
        if (!row.TryGetProperty("question_id", out var id) || !row.TryGetProperty("turns", out var turns)
            || turns.ValueKind != JsonValueKind.Array || turns.GetArrayLength() == 0)
        {
            throw new TaskFormatException($"{where}: 'question_id' and a list 'turns' are needed");
        }

        return new(
            id.ToString(), row.TryGetProperty("category", out var category) ? category.ToString() : "",
            [.. turns.EnumerateArray().Select(turn => turn.ToString())],
            row.TryGetProperty("reference", out var reference) && reference.ValueKind == JsonValueKind.Array
                ? [.. reference.EnumerateArray().Select(item => item.ToString())] : []);
    }
}
