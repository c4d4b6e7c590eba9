using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Decontamination;

/// <summary>Reads the items of evaluation sets in the forms that they may leak in.</summary>
/// <remarks>
/// Rows are multiple-choice questions in MMLU's layout (JSONL with <c>question</c>, <c>choices</c>, <c>answer</c> as
/// number, letter or text; CSV without column names: question, four choices, letter), or any rows with texts, such as
/// a task's test set or the prompts of a judge. A question is looked for with its right answer, with its lettered
/// choices, and alone where it has enough words to mean this question and no other.
/// </remarks>
public static class EvaluationItems
{
    /// <summary>Fewest words of a question that is looked for without its answer.</summary>
    public const int LeastWordsAlone = 8;

    /// <summary>Reads a file, or the test files of a folder.</summary>
    /// <param name="path">A <c>.jsonl</c> or <c>.csv</c> file, or a folder with them or with a folder
    /// <c>test</c>.</param>
    /// <param name="task">Name of the set; null takes the name of each file.</param>
    /// <returns>Items; those of one row share an id.</returns>
    /// <exception cref="InvalidDataException">A file has no items, or a row cannot be read.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    public static IReadOnlyList<EvaluationItem> Read(string path, string? task = null)
    {
        var items = new List<EvaluationItem>();
        foreach (var file in FilesOf(path))
        {
            var before = items.Count;
            var name = task ?? Path.GetFileNameWithoutExtension(file);
            items.AddRange(file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
                ? Csv(file, name) : Jsonl(file, name));
            if (items.Count == before)
            {
                throw new InvalidDataException(
                    $"{file}: no evaluation items; a gate set must not be empty when rows are kept apart from it");
            }
        }

        return items;
    }

    private static List<string> FilesOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var test = Path.Combine(path, "test");
        var folder = Directory.Exists(test) ? test : path;
        var files = Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".csv" or ".jsonl")
            .Where(file => Path.GetFileName(file) is not "dev.jsonl").Order(StringComparer.Ordinal).ToList();
        return files.Count > 0
            ? files : throw new InvalidDataException($"{folder}: no .jsonl or .csv file with evaluation items");
    }

    private static IEnumerable<EvaluationItem> Jsonl(string path, string task)
    {
        var (parser, number) = (new RowParser(TextFields.Default), 0);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            using var row = Parse(line, path, number);
            foreach (var text in TextsOf(row.RootElement, line, parser, $"{path}:{number}"))
            {
                yield return new EvaluationItem(task, $"{number}", text);
            }
        }
    }

    private static IEnumerable<string> TextsOf(JsonElement row, string line, RowParser parser, string place)
    {
        if (row.TryGetProperty("question", out var question) && question.ValueKind == JsonValueKind.String)
        {
            var choices = row.TryGetProperty("choices", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(choice => choice.ToString()).ToList() : [];
            var answer = row.TryGetProperty("answer", out var value) ? value.ToString() : "";
            return Forms(question.GetString() ?? "", choices, answer);
        }

        return parser.Parse(Encoding.UTF8.GetBytes(line)) is null && parser.Text.Length > 0
            ? [Encoding.UTF8.GetString(parser.Text.Span)]
            : throw new InvalidDataException(
                $"{place}: neither a text 'question' nor any of {string.Join(", ", TextFields.Default.Names)}");
    }

    private static IEnumerable<EvaluationItem> Csv(string path, string task)
    {
        var options = new ReaderOptions();
        using var stream = new SourceStream(File.OpenRead(path));
        stream.SkipByteOrderMark();
        foreach (var record in CsvRecordReader.Read(stream, (byte)',', options.MaxRowBytes))
        {
            var fields = record.Fields.Select(field => Encoding.UTF8.GetString(field)).ToList();
            if (record.Fault is not null || fields.Count < 4)
            {
                throw new InvalidDataException(
                    $"{path}:{record.Line}: {record.Fault?.Reason ?? "fewer than 4 columns"}; a row is a question, its "
                        + "choices and the letter of the right one, without column names");
            }

            foreach (var text in Forms(fields[0], fields[1..^1], fields[^1]))
            {
                yield return new EvaluationItem(task, $"{record.Line}", text);
            }
        }
    }

    private static IEnumerable<string> Forms(string question, List<string> choices, string answer)
    {
        var right = int.TryParse(answer, out var index) ? index
            : answer.Trim() is [>= 'A' and <= 'Z' and var letter] ? letter - 'A' : -1;
        yield return $"{question} {(right >= 0 && right < choices.Count ? choices[right] : answer)}";
        if (choices.Count > 0)
        {
            yield return string.Concat(
                choices.Select((choice, i) => $" {(char)('A' + i)}. {choice}").Prepend(question));
        }

        if (question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length >= LeastWordsAlone)
        {
            yield return question;
        }
    }

    private static JsonDocument Parse(string line, string path, int number)
    {
        try
        {
            var row = JsonDocument.Parse(line);
            return row.RootElement.ValueKind == JsonValueKind.Object
                ? row : throw new InvalidDataException($"{path}:{number}: not a JSON object");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}:{number}: not JSON: {exception.Message}", exception);
        }
    }
}
