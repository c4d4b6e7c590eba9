using System.Text.Json;
using Pipeline.Data.ChatTemplates.Values;
using Pipeline.Data.Formats;

namespace Pipeline.Data.ChatTemplates;

/// <summary>A conversation to render, and how.</summary>
public sealed record ChatRequest
{
    private ChatRequest(ListValue messages) => Messages = messages;

    /// <summary>Tool definitions: a JSON list, or null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents for retrieval: a JSON list, or null.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Whether the text ends with the start of an assistant turn.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether the text ends inside the last message, for the model to go on with it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Special tokens as the tokenizer names them, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Further variables of the template, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } =
        new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>What <c>strftime_now</c> prints; null takes the clock of the machine.</summary>
    public DateTimeOffset? Now { get; init; }

    internal ListValue Messages { get; init; }

    /// <summary>Tools as values, in place of <see cref="Tools"/>.</summary>
    internal object? ToolValues { get; init; }

    /// <summary>A request for messages of the canonical form.</summary>
    /// <param name="messages">Turns in order.</param>
    /// <returns>The request; change further properties with <c>with { … }</c>.</returns>
    public static ChatRequest Of(IReadOnlyList<ChatMessage> messages) => new(MessageValues.Of(messages));

    /// <summary>A request for messages as clients send them; every key reaches the template.</summary>
    /// <param name="messages">A JSON list of objects.</param>
    /// <returns>The request.</returns>
    /// <exception cref="ChatTemplateException">It is not a list of objects.</exception>
    public static ChatRequest OfJson(JsonElement messages) => new(MessageValues.OfJson(messages));
}
