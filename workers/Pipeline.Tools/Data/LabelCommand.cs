using System.CommandLine;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Tools.Data;

/// <summary><c>data label</c>: what people said about sampled rows, put into the next version of the rows.</summary>
internal static class LabelCommand
{
    public static Command Create()
    {
        var sample = new Option<FileInfo>("--sample")
        {
            Description = "JSONL file with the rows that were offered for labelling",
            Required = true,
        };
        var labels = new Option<FileInfo>("--labels")
        {
            Description = "JSONL file of labels, each with id, label, annotator and at (time with its offset)",
            Required = true,
        };
        return StageCommands.Stage(
            "label", "Put labels of people into the rows, with who gave them and when.", [sample, labels],
            (parsed, inputs, output, _, cancellationToken) =>
        {
            List<string> offered = [.. Read(parsed.GetRequiredValue(sample), IdOf)];
            List<RowLabel> given = [.. Read(parsed.GetRequiredValue(labels), LabelOf)];
            return new LabelStage(offered, given).RunAsync(inputs, output, cancellationToken);
        });
    }

    private static IEnumerable<T> Read<T>(FileInfo file, Func<JsonElement, string, T> read)
    {
        var number = 0;
        foreach (var line in File.ReadLines(file.FullName))
        {
            var where = $"{file.Name}:{++number}";
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            JsonElement row;
            try
            {
                row = JsonElement.Parse(line);
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"{where}: not a JSON row", exception);
            }

            yield return read(row, where);
        }
    }

    private static string IdOf(JsonElement row, string where) => row.ValueKind == JsonValueKind.Object
        && (row.TryGetProperty("_id", out var id) || row.TryGetProperty("id", out id))
        ? id.ToString() : throw new InvalidDataException($"{where}: the row has neither '_id' nor 'id'");

    private static RowLabel LabelOf(JsonElement row, string where)
    {
        var id = IdOf(row, where);
        return Text("at") is { } at && DateTimeOffset.TryParse(
            at, System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? new RowLabel(id, Text("label") ?? "", Text("annotator") ?? "", time)
            : throw new InvalidDataException($"{where}: a label needs 'at', such as 2026-01-31T12:00:00Z");

        string? Text(string name) => row.TryGetProperty(name, out var value) ? value.ToString() : null;
    }
}
