namespace Pipeline.Data.Tokenizers;

/// <summary>A half-open range of a text.</summary>
/// <param name="Start">First unit.</param>
/// <param name="End">One past the last unit.</param>
public readonly record struct TokenOffset(int Start, int End);
