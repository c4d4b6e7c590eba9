using System.Text.Json;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Tasks;

/// <summary>A question in the layout of MMLU.</summary>
/// <param name="Subject">Subject with underscores.</param>
/// <param name="Question">Its text.</param>
/// <param name="Choices">Four choices.</param>
/// <param name="Answer">Index of the right one.</param>
internal sealed record MmluRow(string Subject, string Question, string[] Choices, int Answer)
{
    /// <summary>Checks a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="subject">Subject where the file's name says it.</param>
    /// <param name="where">File and row for messages.</param>
    public static MmluRow Of(JsonElement row, string? subject, string where)
    {
        var question = Field(row, "question", where).GetString();
        var list = row.TryGetProperty("choices", out var found) ? found : default;
        string?[] choices = list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()
                .Select(choice => choice.ValueKind == JsonValueKind.String ? choice.GetString() : choice.GetRawText())]
            : [.. "ABCD"
                .Select(letter => row.TryGetProperty(letter.ToString(), out var choice) ? choice.ToString() : null)];
        if (question is null || choices.Length != 4 || choices.Any(choice => choice is null))
        {
            throw new TaskFormatException(
                $"{where}: a question needs four choices, this one has {choices.Count(choice => choice is not null)}");
        }

        var name = row.TryGetProperty("subject", out var own) && own.ValueKind == JsonValueKind.String
            ? own.GetString() : subject;
        return new MmluRow(
            name ?? throw new TaskFormatException($"{where}: the field 'subject' is missing"),
            question,
            [.. choices.Select(choice => choice!)], // checked above
            ParseAnswer(Field(row, "answer", where), where));
    }

    private static int ParseAnswer(JsonElement value, string where)
    {
        var text = value.ToString();
        var index = "ABCD".IndexOf(text, StringComparison.Ordinal);
        if (text.Length == 1 && index >= 0) return index;
        return int.TryParse(text, out var number) && number is >= 0 and < 4 ? number
            : throw new TaskFormatException($"{where}: the answer is '{text}'; it must be A to D or 0 to 3");
    }

    private static JsonElement Field(JsonElement row, string name, string where) =>
        row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value : throw new TaskFormatException($"{where}: the field '{name}' is missing");
}
