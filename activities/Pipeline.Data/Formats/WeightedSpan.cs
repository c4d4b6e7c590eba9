namespace Pipeline.Data.Formats;

/// <summary>A part of a message's content with a weight of its own.</summary>
/// <param name="Start">First code point of the content.</param>
/// <param name="End">One past the last code point.</param>
/// <param name="Weight">Weight in the loss, 0 to 1.</param>
public sealed record WeightedSpan(int Start, int End, double Weight);
