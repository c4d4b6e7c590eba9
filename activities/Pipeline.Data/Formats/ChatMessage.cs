using System.Text.Json;

namespace Pipeline.Data.Formats;

/// <summary>One turn of the canonical messages form.</summary>
/// <param name="Role"><c>system</c>, <c>developer</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">Text; empty only beside tool calls or reasoning.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Name of the speaker or tool.</summary>
    public string? Name { get; init; }

    /// <summary>The call a tool turn answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Reasoning that precedes the content of an assistant turn.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Tool calls of an assistant turn, arguments as objects.</summary>
    public JsonElement? ToolCalls { get; init; }

    /// <summary>Weight of the turn in the loss; null leaves it to the training rule.</summary>
    public double? Weight { get; init; }

    /// <summary>Parts of the content with weights of their own; null for none.</summary>
    public IReadOnlyList<WeightedSpan>? Spans { get; init; }
}
