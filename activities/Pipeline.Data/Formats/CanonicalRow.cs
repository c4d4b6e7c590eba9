using System.Text.Json;
using Pipeline.Data.Packing;

namespace Pipeline.Data.Formats;

/// <summary>A piece of a document.</summary>
/// <param name="Text">Text as it is tokenised.</param>
/// <param name="Loss">Whether its tokens are in the loss.</param>
public sealed record TextPart(string Text, bool Loss)
{
    /// <summary>Weight of its tokens in the loss, 0 to 1; null is 1.</summary>
    public double? Weight { get; init; }
}

/// <summary>A row in canonical form: messages, or parts of a document; else a pair of such rows, or tokens.</summary>
/// <param name="Id">Where it came from, <c>file:line</c>.</param>
/// <param name="Format">The shape it was read in.</param>
/// <param name="Messages">Turns; null for documents.</param>
/// <param name="Parts">Pieces in order; null for conversations.</param>
/// <param name="Tools">Tool definitions offered to the conversation.</param>
public sealed record CanonicalRow(
    string Id, DataFormat Format, IReadOnlyList<ChatMessage>? Messages, IReadOnlyList<TextPart>? Parts,
    JsonElement? Tools = null)
{
    /// <summary>Number of messages that are the prompt of a prompt-completion row; 0 for others.</summary>
    public int PromptMessages { get; init; }

    /// <summary>Ids and labels of a pre-tokenised row; null for others.</summary>
    public TokenRow? Tokens { get; init; }

    /// <summary>Both answers of a preference row; null for others.</summary>
    public PreferencePair? Preference { get; init; }
}
