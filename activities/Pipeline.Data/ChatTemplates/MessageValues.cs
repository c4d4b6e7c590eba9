using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pipeline.Data.ChatTemplates.Values;
using Pipeline.Data.Formats;

namespace Pipeline.Data.ChatTemplates;

/// <summary>Turns messages and JSON into values of the template language.</summary>
internal static class MessageValues
{
    private static readonly string[] Reasoning = ["reasoning_content", "thinking", "reasoning"];

    public static ListValue Of(IReadOnlyList<ChatMessage> messages)
    {
        var list = new List<object?>(messages.Count);
        foreach (var message in messages)
        {
            var dict = new DictValue();
            dict.Set("role", message.Role);
            if (message.Content.Length > 0 || (message.ToolCalls is null && message.ReasoningContent is null))
                dict.Set("content", message.Content);
            if (message.Name is not null) dict.Set("name", message.Name);
            if (message.ReasoningContent is not null) dict.Set("reasoning_content", message.ReasoningContent);
            if (message.ToolCalls is { } calls) dict.Set("tool_calls", Of(calls));
            if (message.ToolCallId is not null) dict.Set("tool_call_id", message.ToolCallId);
            list.Add(Aliased(dict));
        }

        return new ListValue(list);
    }

    public static ListValue OfJson(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array) throw Fault.Type("messages is not a list");
        var list = new List<object?>(messages.GetArrayLength());
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object) throw Fault.Type($"message {list.Count} is not an object");
            var dict = new DictValue();
            foreach (var property in message.EnumerateObject())
            {
                // The reference drops keys without a value before the template sees them.
                if (property.Value.ValueKind != JsonValueKind.Null) dict.Set(property.Name, Of(property.Value));
            }

            list.Add(Aliased(dict));
        }

        return new ListValue(list);
    }

    public static object? Of(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new DictValue();
                foreach (var property in json.EnumerateObject()) dict.Set(property.Name, Of(property.Value));
                return dict;
            case JsonValueKind.Array: return new ListValue([.. json.EnumerateArray().Select(Of)]);
            case JsonValueKind.String: return json.GetString();
            case JsonValueKind.True or JsonValueKind.False: return json.GetBoolean();
            case JsonValueKind.Number: return Number(json);
            default: return null;
        }
    }

    private static object Number(JsonElement json)
    {
        if (json.TryGetInt64(out var small) && !json.GetRawText().AsSpan().ContainsAny('.', 'e', 'E'))
            return Numbers.Box(small);
        var text = json.GetRawText();
        return text.AsSpan().ContainsAny('.', 'e', 'E')
            ? json.GetDouble() : Numbers.Box(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary>The first of the three names of reasoning fills the other two that templates ask for.</summary>
    private static DictValue Aliased(DictValue message)
    {
        foreach (var name in Reasoning)
        {
            if (!message.TryGet(name, out var value)) continue;
            if (!message.TryGet("reasoning_content", out _)) message.Set("reasoning_content", value);
            if (!message.TryGet("thinking", out _)) message.Set("thinking", value);
            break;
        }

        return message;
    }
}
