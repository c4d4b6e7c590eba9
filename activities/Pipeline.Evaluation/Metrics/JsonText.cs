using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Evaluation.Metrics;

/// <summary>Strict JSON (RFC 8259) in generated text.</summary>
public static partial class JsonText
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 512 };

    /// <summary>Parses a text that must be one JSON value.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The value, or null when the text is not strict JSON; a repeated key is accepted, its last value
    /// counts.</returns>
    public static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text), Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The JSON inside prose: the first fenced block, else the first complete object or array.</summary>
    /// <param name="text">Generated text.</param>
    /// <returns>The JSON text; null when there is none or a fenced block is not JSON.</returns>
    public static string? Extract(string text)
    {
        var fence = Fence().Match(text);
        if (fence.Success) return Parse(fence.Groups[1].Value) is null ? null : fence.Groups[1].Value;
        for (var start = text.AsSpan().IndexOfAny('{', '['); start >= 0;)
        {
            if (Prefix(text[start..]) is { } found) return found;
            var next = text.AsSpan(start + 1).IndexOfAny('{', '[');
            start = next < 0 ? -1 : start + 1 + next;
        }

        return null;
    }

    private static string? Prefix(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        try
        {
            reader.Read();
            reader.Skip();
            return Encoding.UTF8.GetString(bytes, 0, (int)reader.BytesConsumed);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("```(?:json)?[ \\t]*\\n(.*?)\\n?```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
