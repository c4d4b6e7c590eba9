using System.Text.Json;

namespace Pipeline.Gateway.Text;

/// <summary>
/// Finds tool calls in an answer: JSON objects between <c>&lt;tool_call&gt;</c> marks, as the Hermes and Qwen templates
/// teach.
/// </summary>
public static class ToolCallParser
{
    private const string Open = "<tool_call>";
    private const string Close = "</tool_call>";

    /// <summary>Splits an answer.</summary>
    /// <param name="text">Whole answer.</param>
    /// <returns>The text outside the marks, and the calls; a mark without a readable call stays text.</returns>
    public static (string Content, IReadOnlyList<ToolCall> Calls) Parse(string text)
    {
        var calls = new List<ToolCall>();
        var content = "";
        var at = 0;
        while (text.IndexOf(Open, at, StringComparison.Ordinal) is >= 0 and var start)
        {
            var inner = start + Open.Length;
            var end = text.IndexOf(Close, inner, StringComparison.Ordinal);
            var json = end < 0 ? text[inner..] : text[inner..end];
            if (Read(json) is not { } call)
            {
                break;
            }

            content += text[at..start];
            calls.Add(call);
            at = end < 0 ? text.Length : end + Close.Length;
        }

        content += text[at..];
        return (calls.Count > 0 ? content.Trim() : text, calls);
    }

    private static ToolCall? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.Object } call
                && call.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                ? new ToolCall(name.GetString() ?? "",
                    call.TryGetProperty("arguments", out var arguments) ? arguments.GetRawText() : "{}")
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A call of a tool.</summary>
/// <param name="Name">Name of the function.</param>
/// <param name="Arguments">Arguments as JSON text.</param>
public sealed record ToolCall(string Name, string Arguments);
