using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Formats;

namespace Pipeline.Tools.Train;

/// <summary>
/// Takes rows with <c>chosen</c> and <c>rejected</c>, or with <c>label</c>, apart into rows of one answer.
/// </summary>
/// <remarks>
/// Shapes: <c>prompt, chosen, rejected</c> as texts or lists of messages; <c>chosen, rejected</c> as whole
/// conversations that differ in the last message; <c>prompt, completion, label</c> with label true for a good answer.
/// These are the forms that TRL documents.
/// </remarks>
internal static class PreferenceRows
{
    /// <summary>Whether a row is a pair.</summary>
    public static bool IsPair(JsonElement row) =>
        row.TryGetProperty("chosen", out _) && row.TryGetProperty("rejected", out _);

    /// <summary>The two rows of a pair.</summary>
    /// <exception cref="RowFaultException">The answers do not belong to one prompt.</exception>
    public static (JsonElement Chosen, JsonElement Rejected) Split(JsonElement row)
    {
        var (chosen, rejected) = (Node(row, "chosen"), Node(row, "rejected"));
        if (row.TryGetProperty("prompt", out _))
        {
            return (Row(Node(row, "prompt"), chosen), Row(Node(row, "prompt"), rejected));
        }

        var (one, other) = (Prompt(chosen, "chosen"), Prompt(rejected, "rejected"));
        return JsonNode.DeepEquals(one.Prompt, other.Prompt)
            ? (Row(one.Prompt, one.Answer), Row(other.Prompt, other.Answer))
            : throw new RowFaultException(
                "E-PREFERENCE-PROMPT",
                "'chosen' and 'rejected' differ before their last message; they must answer the same prompt");
    }

    /// <summary>
    /// Whether an unpaired answer is a good one; labels that are not true or false mean something else.
    /// </summary>
    public static bool IsGood(JsonElement row) =>
        !row.TryGetProperty("label", out var label) || label.ValueKind != JsonValueKind.False;

    private static JsonNode Node(JsonElement row, string name) => JsonNode.Parse(row.GetProperty(name).GetRawText())
        ?? throw new RowFaultException("E-SCHEMA-FIELD", $"'{name}' is null");

    private static (JsonNode Prompt, JsonNode Answer) Prompt(JsonNode conversation, string name)
    {
        if (conversation is not JsonArray { Count: > 1 } messages)
        {
            throw new RowFaultException(
                "E-PREFERENCE-PROMPT", $"without 'prompt', '{name}' must be a conversation of at least two messages");
        }

        var answer = new JsonArray(messages[^1]?.DeepClone());
        messages.RemoveAt(messages.Count - 1);
        return (messages, answer);
    }

    private static JsonElement Row(JsonNode prompt, JsonNode completion) => JsonSerializer.SerializeToElement(
        new JsonObject { ["prompt"] = prompt.DeepClone(), ["completion"] = completion.DeepClone() });
}
