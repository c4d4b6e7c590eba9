using System.Text.Json;

namespace Pipeline.Data.Formats;

/// <summary>Converts a row of any format into a canonical form, or says what is wrong with it.</summary>
public static class RowConverter
{
    /// <summary>Converts.</summary>
    /// <param name="row">A JSON object.</param>
    /// <param name="format">Its format.</param>
    /// <param name="id">Where it came from, <c>file:line</c>.</param>
    /// <returns>The canonical row.</returns>
    /// <exception cref="RowFaultException">The row does not fit; quarantine it.</exception>
    public static CanonicalRow Convert(JsonElement row, DataFormat format, string id) => format switch
    {
        DataFormat.OpenAi => Conversation(row, "messages", format, id),
        DataFormat.ShareGpt => Conversation(row, "conversations", format, id),
        DataFormat.PromptCompletionChat => PromptAndCompletion(row, id),
        DataFormat.Alpaca =>
            Document(
                id, format,
                new TextPart(AlpacaPrompt.Of(Text(row, "instruction"), Optional(row, "input")), Loss: false),
                new TextPart(Filled(row, "output"), Loss: true)),
        DataFormat.PromptCompletion => PromptAndText(id, Text(row, "prompt"), Filled(row, "completion")),
        DataFormat.Preference => PreferenceReader.Read(row, id),
        DataFormat.PreTokenised => TokenReader.Read(row, id),
        DataFormat.Text => Document(id, format, new TextPart(Filled(row, "text"), Loss: true)),
        _ => Document(id, format, Parts(row)),
    };

    private static CanonicalRow Conversation(JsonElement row, string field, DataFormat format, string id)
    {
        if (!row.TryGetProperty(field, out var list))
            throw new RowFaultException("E-SCHEMA-MESSAGES", $"'{field}' is missing");
        var messages = MessageReader.Read(list, field, format == DataFormat.ShareGpt);
        MessageReader.CheckOrder(messages, field);
        return new CanonicalRow(id, format, messages, null, Tools(row));
    }

    private static CanonicalRow PromptAndCompletion(JsonElement row, string id)
    {
        var prompt = MessageReader.Read(row.GetProperty("prompt"), "prompt", shareGpt: false);
        return PromptAndMessages(id, prompt,
            MessageReader.Read(row.GetProperty("completion"), "completion", shareGpt: false), Tools(row), "completion");
    }

    /// <summary>A row of a prompt and an answer that is learned.</summary>
    internal static CanonicalRow PromptAndText(string id, string prompt, string answer) =>
        Document(id, DataFormat.PromptCompletion, new TextPart(prompt, Loss: false), new TextPart(answer, Loss: true));

    /// <summary>A row of prompt turns and answer turns that are learned.</summary>
    internal static CanonicalRow PromptAndMessages(
        string id, List<ChatMessage> prompt, List<ChatMessage> completion, JsonElement? tools, string field)
    {
        if (completion.Count == 0)
            throw new RowFaultException("E-SCHEMA-EMPTY", $"nothing of '{field}' is left behind the prompt");

        // Only the completion is learned from, so assistant turns of the prompt get weight 0.
        List<ChatMessage> all = [.. prompt.Select(m => m with { Weight = 0 }), .. completion];
        MessageReader.CheckOrder(all, $"prompt + {field}");
        return new CanonicalRow(id, DataFormat.PromptCompletionChat, all, null, tools)
        {
            PromptMessages = prompt.Count,
        };
    }

    private static CanonicalRow Document(string id, DataFormat format, params TextPart[] parts) =>
        new(id, format, null, [.. parts.Where(p => p.Text.Length > 0)]);

    private static TextPart[] Parts(JsonElement row)
    {
        if (!row.TryGetProperty("parts", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new RowFaultException("E-SCHEMA-PARTS", "'parts' is not a list");
        var parts = new List<TextPart>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("text", out var text)
                || text.ValueKind != JsonValueKind.String)
                throw new RowFaultException("E-SCHEMA-PARTS", $"'parts[{parts.Count}].text' is not text");
            if (!item.TryGetProperty("loss", out var loss)
                || loss.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                throw new RowFaultException("E-SCHEMA-PARTS", $"'parts[{parts.Count}].loss' is not true or false");
            double? weight = null;
            if (item.TryGetProperty("weight", out var given))
                weight = given.ValueKind == JsonValueKind.Number && given.GetDouble() is >= 0 and <= 1 and var number
                    ? number : throw new RowFaultException(
                        "E-SCHEMA-WEIGHT", $"'parts[{parts.Count}].weight' is not a number from 0 to 1");
            parts.Add(new TextPart(text.GetString() ?? string.Empty, loss.GetBoolean()) { Weight = weight });
        }

        return parts.Any(p => p.Loss && p.Text.Length > 0)
            ? [.. parts] : throw new RowFaultException(
                "E-SCHEMA-NO-LOSS", "no part has loss: true, so there is nothing to learn from it");
    }

    internal static JsonElement? Tools(JsonElement row)
    {
        if (!row.TryGetProperty("tools", out var tools) || tools.ValueKind == JsonValueKind.Null) return null;
        return tools.ValueKind == JsonValueKind.Array
            ? tools.Clone() : throw new RowFaultException("E-SCHEMA-TOOLS", "'tools' is not a list");
    }

    private static string Filled(JsonElement row, string name) => Text(row, name) is { Length: > 0 } text
        ? text : throw new RowFaultException("E-SCHEMA-EMPTY", $"'{name}' is empty");

    private static string? Optional(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Text(row, name) : null;

    private static string Text(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var value))
            throw new RowFaultException("E-SCHEMA-FIELD", $"'{name}' is missing");
        return value.ValueKind == JsonValueKind.String ? value.GetString()
            ?? string.Empty : throw new RowFaultException("E-SCHEMA-FIELD", $"'{name}' is not text");
    }
}
