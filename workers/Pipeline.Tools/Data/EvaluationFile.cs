using System.Text.Json;
using Pipeline.Data.Decontamination;

namespace Pipeline.Tools.Data;

/// <summary>
/// Reads the items of an evaluation set: <c>question</c> with <c>answer</c> as text, or as the number of one of
/// <c>choices</c>.
/// </summary>
internal static class EvaluationFile
{
    public static IEnumerable<EvaluationItem> Read(string path)
    {
        var (task, number) = (Path.GetFileNameWithoutExtension(path), 0);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            using var row = Parse(line, path, number);
            if (!row.RootElement.TryGetProperty("question", out var question)
                || question.ValueKind != JsonValueKind.String)
            {
                throw new InvalidDataException(
                    $"{path}:{number}: no text 'question'; evaluation rows need 'question' and 'answer'");
            }

            var answer = row.RootElement.TryGetProperty("answer", out var value) ? value.ToString() : "";
            if (row.RootElement.TryGetProperty("choices", out var choices) && int.TryParse(answer, out var index)
                && index >= 0 && index < choices.GetArrayLength())
            {
                answer = choices[index].ToString();
            }

            yield return new EvaluationItem(task, number.ToString(), question.GetString() + " " + answer);
        }
    }

    private static JsonDocument Parse(string line, string path, int number)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}:{number}: not JSON: {exception.Message}", exception);
        }
    }
}
