namespace Pipeline.Data.ChatTemplates;

/// <summary>A rendered conversation.</summary>
/// <param name="Text">The prompt text.</param>
/// <param name="Generated">
/// Ranges <c>[Start, End)</c> in UTF-16 units of what stands inside <c>{% generation %}</c> blocks, in order; empty
/// when the template marks nothing.
/// </param>
public sealed record RenderedChat(string Text, IReadOnlyList<(int Start, int End)> Generated);
