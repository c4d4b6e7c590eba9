using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>A part of an answer.</summary>
/// <param name="Text">New text, possibly empty.</param>
/// <param name="Tokens">Tokens that came with it.</param>
/// <param name="Finish">Why the answer ended; null before its end.</param>
public sealed record ChoicePiece(string Text, IReadOnlyList<GeneratedToken> Tokens, string? Finish);
