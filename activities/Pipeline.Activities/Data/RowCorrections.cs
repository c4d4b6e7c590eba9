using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Activities.Running;
using Pipeline.Data.Stages;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Data;

/// <summary>Puts the answers that people gave to reviewed rows in place of those that the rows had.</summary>
/// <remarks>
/// A corrected row gets the fields of <see cref="RowAnnotation"/>; of two answers to a row the later one counts.
/// </remarks>
internal sealed class RowCorrections
{
    private static readonly string[] Answers = ["output", "completion", "response", "answer"];
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<string, RowCorrection> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<string> _placed = new(StringComparer.Ordinal);

    /// <summary>What became of the answers, for the summary; empty when there are none.</summary>
    public string Text => _byId.Count == 0 ? ""
        : $"; answers of people: {_placed.Count} in place"
            + (_placed.Count < _byId.Count ? $", {_byId.Count - _placed.Count} for rows that are not of the task" : "");

    /// <summary>Finds the rows that the answers are for.</summary>
    /// <exception cref="InvalidDataException">A sample does not have such a row.</exception>
    public static async Task<RowCorrections> OpenAsync(StageRun run, IReadOnlyList<RowCorrection> given)
    {
        var corrections = new RowCorrections();
        foreach (var group in given.GroupBy(correction => correction.Sample))
        {
            var rows = await File.ReadAllLinesAsync(
                Path.Combine(await run.OpenAsync(group.Key), "review.jsonl"), run.Stop);
            foreach (var correction in group)
            {
                if (correction.Row < 1 || correction.Row > rows.Length)
                {
                    throw new InvalidDataException(
                        $"{correction.By} answered row {correction.Row} of a sample that has {rows.Length} rows");
                }

                using var row = JsonDocument.Parse(rows[correction.Row - 1]);
                corrections._byId[row.RootElement.GetProperty("id").GetString() ?? ""] = correction;
            }
        }

        return corrections;
    }

    /// <summary>The row as it is to be learned.</summary>
    /// <exception cref="InvalidDataException">The row has no answer of a known form.</exception>
    public string Apply(string line)
    {
        if (_byId.Count == 0 || JsonNode.Parse(line) is not JsonObject row
            || (row["_id"] ?? row["id"])?.ToString() is not { } id || !_byId.TryGetValue(id, out var correction))
        {
            return line;
        }

        if (row["messages"] is JsonArray { Count: > 0 } messages && messages[^1] is JsonObject last
            && last["role"]?.ToString() == "assistant")
        {
            last["content"] = correction.Answer;
        }
        else
        {
            var field = Array.Find(Answers, row.ContainsKey)
                ?? throw new InvalidDataException(
                    $"row '{id}' has neither messages that end with an answer nor {string.Join(", ", Answers)}; "
                        + "correct it in the source");
            row[field] = correction.Answer;
        }

        RowAnnotation.Put(row, correction.By, new DateTimeOffset(correction.At));
        _placed.Add(id);
        return row.ToJsonString(Json);
    }
}
