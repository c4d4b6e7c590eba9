namespace Pipeline.Llm.Kernels;

/// <summary>A run of tokens that sees itself only, causally.</summary>
/// <param name="Row">Batch row.</param>
/// <param name="Start">First token of the run in its row.</param>
/// <param name="Length">Number of tokens, at least one.</param>
public readonly record struct AttentionSegment(int Row, int Start, int Length);
