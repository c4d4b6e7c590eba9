using System.Text.Json;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Judge;

/// <summary>Two answers to a question and which one a person prefers.</summary>
/// <param name="Question">The question.</param>
/// <param name="First">Answers of the first model, one a turn.</param>
/// <param name="Second">Answers of the second model.</param>
/// <param name="Person"><c>A</c> for the first, <c>B</c> for the second, <c>C</c> for a tie.</param>
public sealed record LabelledComparison(
    JudgeQuestion Question, IReadOnlyList<string> First, IReadOnlyList<string> Second, string Person)
{
    /// <summary>Reads a row.</summary>
    /// <param name="line">JSON with <c>question_id</c>, <c>turns</c>, <c>first</c>, <c>second</c> and <c>person</c> (A,
    /// B or C).</param>
    /// <param name="where">File and row, for messages.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="TaskFormatException">A field is missing or wrong.</exception>
    public static LabelledComparison Of(string line, string where)
    {
        JsonElement row;
        try
        {
            row = JsonElement.Parse(line);
        }
        catch (JsonException exception)
        {
            throw new TaskFormatException($"{where}: no JSON: {exception.Message}", exception);
        }

        string[] Texts(string name) => row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var list)
            && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? [.. list.EnumerateArray().Select(item => item.ToString())]
            : throw new TaskFormatException($"{where}: a list '{name}' is needed");
        var (turns, first, second) = (Texts("turns"), Texts("first"), Texts("second"));
        if (first.Length != second.Length || first.Length > turns.Length)
            throw new TaskFormatException(
                $"{where}: {turns.Length} turns, {first.Length} first and {second.Length} second answers");
        var person = row.TryGetProperty("person", out var choice) ? choice.ToString() : "";
        if (person is not ("A" or "B" or "C"))
            throw new TaskFormatException($"{where}: 'person' is '{person}'; use A, B or C");
        return new LabelledComparison(
            new JudgeQuestion(row.TryGetProperty("question_id", out var id) ? id.ToString() : where, "", turns, []),
            first, second, person);
    }
}
