namespace Pipeline.Data.Packing;

/// <summary>A piece of one sequence inside a packed row.</summary>
/// <param name="Sequence">0-based index of the sequence.</param>
/// <param name="Start">First token of the piece inside its sequence.</param>
/// <param name="Length">Number of tokens.</param>
public readonly record struct PackedSegment(int Sequence, int Start, int Length);
