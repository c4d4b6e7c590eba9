namespace Pipeline.Data.Packing;

/// <summary>One row ready for training.</summary>
/// <param name="InputIds">Token ids.</param>
/// <param name="Labels">Same length: the id where the token is in the loss, else <see cref="Ignored"/>.</param>
/// <param name="SequenceLengths">Tokens of each sequence packed into the row, in order; null for a single
/// sequence.</param>
public sealed record TokenRow(int[] InputIds, int[] Labels, int[]? SequenceLengths = null)
{
    /// <summary>The label of a token that is not in the loss.</summary>
    public const int Ignored = -100;
}
