using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Data.Stages;

/// <summary>
/// Writes the rows that a stage could not understand, by reference and digest; their text is never repeated.
/// </summary>
internal sealed class Quarantine(AtomicFile file, IReadOnlyList<string> inputs, long budget)
{
    public long Count { get; private set; }

    public void Add(RowLine row, string reason)
    {
        Count++;
        if (Count > budget)
        {
            throw new InvalidDataException(
                $"{Path.GetFileName(inputs[row.File])}:{row.Line}: {reason}; that is row {Count} of the quarantine, "
                    + $"more than the budget of {budget}. Look at quarantine.jsonl of an earlier run or raise the "
                    + $"budget");
        }

        using (var json = new Utf8JsonWriter(file.Buffer))
        {
            json.WriteStartObject();
            json.WriteString("file", Path.GetFileName(inputs[row.File]));
            json.WriteNumber("line", row.Line);
            json.WriteNumber("byte", row.Offset);
            json.WriteString("reason", reason);
            json.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(row.Utf8.Span)));
            json.WriteEndObject();
        }

        file.EndLine();
        file.FlushIfFull();
    }
}
