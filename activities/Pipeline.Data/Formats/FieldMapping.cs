using System.Text;
using System.Text.Json;

namespace Pipeline.Data.Formats;

/// <summary>Makes a conversation of plain fields: texts in which <c>{name}</c> stands for a field of the row.</summary>
/// <param name="User">The user's turn.</param>
/// <param name="Assistant">The assistant's turn.</param>
public sealed record FieldMapping(string User, string Assistant)
{
    /// <summary>The system turn; null for none.</summary>
    public string? System { get; init; }

    /// <summary>Maps a row.</summary>
    /// <param name="row">A JSON object.</param>
    /// <param name="id">Name of the row.</param>
    /// <returns>The canonical row.</returns>
    /// <exception cref="RowFaultException">A named field is missing, is not a text or number, or a turn comes out
    /// empty.</exception>
    public CanonicalRow Apply(JsonElement row, string id)
    {
        var messages = new List<ChatMessage>();
        if (System is not null) messages.Add(new ChatMessage("system", Fill(System, row, "system")));
        messages.Add(new ChatMessage("user", Fill(User, row, "user")));
        messages.Add(new ChatMessage("assistant", Fill(Assistant, row, "assistant")));
        return new CanonicalRow(id, DataFormat.OpenAi, messages, null);
    }

    private static string Fill(string pattern, JsonElement row, string turn)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var end = pattern[i] == '{' ? pattern.IndexOf('}', i) : -1;
            if (end < 0)
            {
                text.Append(pattern[i]);
                continue;
            }

            var name = pattern[(i + 1)..end];
            if (!row.TryGetProperty(name, out var value))
                throw new RowFaultException(
                    "E-SCHEMA-FIELD", $"'{name}' is missing; the mapping's {turn} turn needs it");
            text.Append(value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                ? value.ToString()
                : throw new RowFaultException(
                    "E-SCHEMA-FIELD",
                    $"'{name}' is a {value.ValueKind.ToString().ToLowerInvariant()}, not a text or number"));
            i = end;
        }

        return text.Length > 0
            ? text.ToString() : throw new RowFaultException("E-SCHEMA-EMPTY", $"the mapping's {turn} turn is empty");
    }
}
