using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Packing;

namespace Pipeline.Data.Formats;

/// <summary>
/// Writes canonical rows as JSON that the readers take again: messages, parts, a preference or tokens.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a row on one line.</summary>
    /// <param name="row">A canonical row.</param>
    /// <returns>A JSON object without a line end.</returns>
    public static string Of(CanonicalRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("id", row.Id);
            Body(json, row);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Body(Utf8JsonWriter json, CanonicalRow row)
    {
        if (row.Messages is { } messages) Messages(json, "messages", messages);
        if (row.Parts is { } parts) Parts(json, parts);
        if (row.Tokens is { } tokens) Tokens(json, tokens);
        if (row.Preference is { } pair) Preference(json, pair);
        var tools = row.Tools ?? row.Preference?.Chosen.Tools;
        if (tools is not { } list) return;
        json.WritePropertyName("tools");
        list.WriteTo(json);
    }

    private static void Preference(Utf8JsonWriter json, PreferencePair pair)
    {
        if (pair is { Chosen: { Messages: { } chosen } first, Rejected.Messages: { } rejected })
        {
            if (first.PromptMessages > 0)
                Messages(json, "prompt", [.. chosen.Take(first.PromptMessages).Select(m => m with { Weight = null })]);
            Messages(json, "chosen", [.. chosen.Skip(first.PromptMessages)]);
            Messages(json, "rejected", [.. rejected.Skip(first.PromptMessages)]);
            return;
        }

        json.WriteString("prompt", string.Concat((pair.Chosen.Parts ?? []).Where(p => !p.Loss).Select(p => p.Text)));
        json.WriteString("chosen", string.Concat((pair.Chosen.Parts ?? []).Where(p => p.Loss).Select(p => p.Text)));
        json.WriteString("rejected", string.Concat((pair.Rejected.Parts ?? []).Where(p => p.Loss).Select(p => p.Text)));
    }

    private static void Messages(Utf8JsonWriter json, string name, IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray(name);
        foreach (var message in messages) Message(json, message);
        json.WriteEndArray();
    }

    private static void Message(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role", message.Role);
        json.WriteString("content", message.Content);
        if (message.Name is not null) json.WriteString("name", message.Name);
        if (message.ToolCallId is not null) json.WriteString("tool_call_id", message.ToolCallId);
        if (message.ReasoningContent is not null) json.WriteString("reasoning_content", message.ReasoningContent);
        if (message.ToolCalls is { } calls)
        {
            json.WritePropertyName("tool_calls");
            calls.WriteTo(json);
        }

        if (message.Weight is { } weight) json.WriteNumber("weight", weight);
        if (message.Spans is { } spans)
        {
            json.WriteStartArray("spans");
            foreach (var span in spans)
            {
                json.WriteStartObject();
                json.WriteNumber("start", span.Start);
                json.WriteNumber("end", span.End);
                json.WriteNumber("weight", span.Weight);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Parts(Utf8JsonWriter json, IReadOnlyList<TextPart> parts)
    {
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("text", part.Text);
            json.WriteBoolean("loss", part.Loss);
            if (part.Weight is { } weight) json.WriteNumber("weight", weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Tokens(Utf8JsonWriter json, TokenRow tokens)
    {
        foreach (var (name, values) in (ReadOnlySpan<(string, int[])>)[
            ("input_ids", tokens.InputIds), ("labels", tokens.Labels)])
        {
            json.WriteStartArray(name);
            foreach (var value in values) json.WriteNumberValue(value);
            json.WriteEndArray();
        }
    }
}
