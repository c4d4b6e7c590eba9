using System.Text;
using System.Text.Json;
using Pipeline.Data.Formats;

namespace Pipeline.Gateway.Api;

/// <summary>Reads the turns of a chat.</summary>
internal static class MessageFields
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static IReadOnlyList<ChatMessage> Read(JsonElement? messages)
    {
        if (messages is not { ValueKind: JsonValueKind.Array } array
            || array.GetArrayLength() is 0 or > ApiLimits.Messages)
        {
            throw ApiException.BadField("messages", $"must be a list of 1 to {ApiLimits.Messages} turns");
        }

        return [.. array.EnumerateArray().Select(ReadOne)];
    }

    private static ChatMessage ReadOne(JsonElement message, int index)
    {
        var field = $"messages[{index}]";
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadField(field, "must be an object");
        }

        var role = message.TryGetProperty("role", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString() : null;
        if (role is null || !Roles.Contains(role))
        {
            throw ApiException.BadField($"{field}.role", $"must be one of {string.Join(", ", Roles)}");
        }

        var calls = message.TryGetProperty("tool_calls", out var found) && found.ValueKind == JsonValueKind.Array
            ? WithObjects(found, field) : (JsonElement?)null;
        var content = message.TryGetProperty("content", out var value) ? Content(value, field) : "";
        if (content.Length == 0 && calls is null && role is not ("assistant" or "tool"))
        {
            throw ApiException.BadField($"{field}.content", "must not be empty");
        }

        return new ChatMessage(role == "developer" ? "system" : role, content)
        {
            Name = Optional(message, "name"),
            ToolCallId = Optional(message, "tool_call_id"),
            ToolCalls = calls,
        };
    }

    private static string? Optional(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static string Content(JsonElement content, string field)
    {
        if (content.ValueKind is JsonValueKind.String or JsonValueKind.Null)
        {
            return content.GetString() ?? "";
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.BadField($"{field}.content", "must be a string or a list of text parts");
        }

        var text = new StringBuilder();
        foreach (var part in content.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || Optional(part, "type") != "text"
                || Optional(part, "text") is not { } piece)
            {
                throw ApiException.BadField(
                    $"{field}.content", "holds a part that is not text; this model reads text only");
            }

            text.Append(piece);
        }

        return text.ToString();
    }

    // Clients send arguments as a JSON string; templates want the object.
    private static JsonElement WithObjects(JsonElement calls, string field)
    {
        try
        {
            var list = calls.EnumerateArray().Select(call =>
            {
                var function = call.GetProperty("function");
                var arguments = function.TryGetProperty("arguments", out var given) ? given : default;
                return new
                {
                    id = Optional(call, "id"),
                    type = "function",
                    function = new
                    {
                        name = function.GetProperty("name").GetString(),
                        arguments = arguments.ValueKind == JsonValueKind.String
                        ? JsonSerializer.Deserialize<JsonElement>(arguments.GetString() ?? "{}") : arguments,
                    },
                };
            });
            return JsonSerializer.SerializeToElement(list);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw ApiException.BadField($"{field}.tool_calls", $"cannot be read: {exception.Message}");
        }
    }
}
