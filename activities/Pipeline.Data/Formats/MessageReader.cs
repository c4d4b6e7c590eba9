using System.Text.Json;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Formats;

/// <summary>Reads lists of messages strictly.</summary>
internal static class MessageReader
{
    private static readonly HashSet<string> Roles = ["system", "developer", "user", "assistant", "tool"];

    private static readonly Dictionary<string, string> ShareGptRoles = new(StringComparer.Ordinal)
    {
        ["human"] = "user",
        ["gpt"] = "assistant",
        ["system"] = "system",
        ["tool"] = "tool",
        ["observation"] = "tool",
        ["user"] = "user",
        ["assistant"] = "assistant",
    };

    public static List<ChatMessage> Read(JsonElement list, string field, bool shareGpt)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw new RowFaultException("E-SCHEMA-MESSAGES", $"'{field}' is not a list of at least one message");
        var messages = new List<ChatMessage>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
            messages.Add(
                shareGpt ? ShareGpt(item, $"{field}[{messages.Count}]") : OpenAi(item, $"{field}[{messages.Count}]"));
        return messages;
    }

    /// <summary>
    /// Order of turns: at most one system turn and only first, no assistant before a user, at least one assistant turn.
    /// </summary>
    public static void CheckOrder(IReadOnlyList<ChatMessage> messages, string field)
    {
        var seenUser = false;
        for (var i = 0; i < messages.Count; i++)
        {
            var role = messages[i].Role;
            if (role is "system" or "developer" && i > 0)
                throw new RowFaultException("E-SCHEMA-SYSTEM",
                    $"'{field}[{i}]' is a second or late system turn; only the first turn may be one");
            if (role == "assistant" && !seenUser)
                throw new RowFaultException("E-SCHEMA-ORDER", $"'{field}[{i}]': the assistant speaks before the user");
            seenUser |= role == "user";
        }

        if (messages.All(m => m.Role != "assistant"))
            throw new RowFaultException(
                "E-SCHEMA-NO-ASSISTANT", $"'{field}' has no assistant turn, so there is nothing to learn from it");
    }

    private static ChatMessage ShareGpt(JsonElement item, string at)
    {
        var from = Text(item, "from", at, required: true) ?? string.Empty;
        if (!ShareGptRoles.TryGetValue(from, out var role))
            throw new RowFaultException("E-SCHEMA-ROLE",
                $"'{at}.from' is '{from.Truncated()}'; known are {string.Join(", ", ShareGptRoles.Keys)}");
        var content = Text(item, "value", at, required: true) ?? string.Empty;
        return content.Length > 0 ? new ChatMessage(role, content) : throw Empty($"{at}.value");
    }

    private static ChatMessage OpenAi(JsonElement item, string at)
    {
        var role = Text(item, "role", at, required: true) ?? string.Empty;
        if (!Roles.Contains(role))
            throw new RowFaultException(
                "E-SCHEMA-ROLE", $"'{at}.role' is '{role.Truncated()}'; known are {string.Join(", ", Roles)}");
        var content = item.TryGetProperty("content", out var value) ? Content(value, $"{at}.content") : string.Empty;
        var reasoning = Text(item, "reasoning_content", at, required: false);
        JsonElement? calls = item.TryGetProperty("tool_calls", out var list) && list.ValueKind == JsonValueKind.Array
            && list.GetArrayLength() > 0 ? list.Clone() : null;
        if (calls is not null && role != "assistant")
            throw new RowFaultException("E-SCHEMA-TOOL-CALLS", $"'{at}.tool_calls': only the assistant calls tools");
        if (content.Length == 0 && calls is null && string.IsNullOrEmpty(reasoning)) throw Empty($"{at}.content");
        double? weight = null;
        if (item.TryGetProperty("weight", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            weight = given.ValueKind == JsonValueKind.Number && given.GetDouble() is >= 0 and <= 1 and var number
                ? number : throw new RowFaultException("E-SCHEMA-WEIGHT", $"'{at}.weight' is not a number from 0 to 1");
        }

        return new ChatMessage(role, content)
        {
            Name = Text(item, "name", at, required: false),
            ToolCallId = Text(item, "tool_call_id", at, required: false),
            ReasoningContent = reasoning,
            ToolCalls = calls,
            Weight = weight,
            Spans = item.TryGetProperty("spans", out var spans) && spans.ValueKind != JsonValueKind.Null
                ? Spans(spans, $"{at}.spans") : null,
        };
    }

    private static string Content(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString() ?? string.Empty;
        if (value.ValueKind == JsonValueKind.Null) return string.Empty;
        if (value.ValueKind != JsonValueKind.Array)
            throw new RowFaultException(
                "E-SCHEMA-CONTENT", $"'{at}' is a {value.ValueKind.ToString().ToLowerInvariant()}, not text");
        var (text, index) = (string.Empty, 0);
        foreach (var part in value.EnumerateArray())
        {
            var type = part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var name)
                ? name.ToString() : "untyped";
            if (type != "text")
                throw new RowFaultException(
                    "E-SCHEMA-CONTENT",
                    $"'{at}[{index}]' is an unsupported part of type '{type.Truncated()}'; only text parts can be "
                        + $"trained on");
            text += Text(part, "text", $"{at}[{index++}]", required: true);
        }

        return text;
    }

    private static string? Text(JsonElement item, string name, string at, bool required)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw new RowFaultException("E-SCHEMA-MESSAGES", $"'{at}' is not an object");
        if (!item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return required ? throw new RowFaultException("E-SCHEMA-FIELD", $"'{at}.{name}' is missing") : null;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString() : throw new RowFaultException("E-SCHEMA-FIELD", $"'{at}.{name}' is not text");
    }

    private static List<WeightedSpan> Spans(JsonElement list, string at)
    {
        var spans = new List<WeightedSpan>();
        foreach (var item in list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray() : throw new RowFaultException("E-SCHEMA-SPAN", $"'{at}' is not a list"))
        {
            var place = $"'{at}[{spans.Count}]' needs whole numbers 'start' and 'end' and a 'weight' from 0 to 1";
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("start", out var start)
                || !item.TryGetProperty("end", out var end) || !item.TryGetProperty("weight", out var weight))
                throw new RowFaultException("E-SCHEMA-SPAN", place);
            if (start.ValueKind != JsonValueKind.Number || end.ValueKind != JsonValueKind.Number
                || weight.ValueKind != JsonValueKind.Number) throw new RowFaultException("E-SCHEMA-SPAN", place);
            if (!start.TryGetInt32(out var from) || !end.TryGetInt32(out var to)
                || weight.GetDouble() is not (>= 0 and <= 1)) throw new RowFaultException("E-SCHEMA-SPAN", place);
            spans.Add(new WeightedSpan(from, to, weight.GetDouble()));
        }

        return spans;
    }

    private static RowFaultException Empty(string at) => new("E-SCHEMA-EMPTY", $"'{at}' is empty");
}
