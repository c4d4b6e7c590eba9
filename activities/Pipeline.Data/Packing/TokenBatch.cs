namespace Pipeline.Data.Packing;

/// <summary>A batch in row-major arrays of shape <c>[Rows, Columns]</c>.</summary>
/// <param name="Rows">Number of rows, b.</param>
/// <param name="Columns">Padded length, s.</param>
/// <param name="InputIds">Token ids, <c>[b, s]</c>.</param>
/// <param name="Labels">Ids or -100, <c>[b, s]</c>.</param>
/// <param name="PositionIds">Positions that start at 0 in every sequence, <c>[b, s]</c>; 0 at padding.</param>
/// <param name="AttentionMask">1 at tokens, 0 at padding, <c>[b, s]</c>; null when padding-free.</param>
public sealed record TokenBatch(
    int Rows, int Columns, int[] InputIds, int[] Labels, int[] PositionIds, int[]? AttentionMask)
{
    /// <summary>Number of tokens in the loss.</summary>
    public int SupervisedTokens => Labels.Count(l => l != TokenRow.Ignored);

    /// <summary>
    /// Boundaries of the sequences in the flattened batch, for attention over variable lengths: <c>[0, …, b·s]</c>.
    /// </summary>
    /// <returns>One more than there are sequences; every padded position counts as a sequence of its own.</returns>
    public int[] CumulativeLengths() =>
        [.. PositionIds.Index().Where(p => p.Item == 0).Select(p => p.Index), PositionIds.Length];

    /// <summary>Length of the longest sequence.</summary>
    /// <returns>Tokens; 0 for an empty batch.</returns>
    public int MaxSequenceLength() => PositionIds.Length == 0 ? 0 : PositionIds.Max() + 1;

    /// <summary>Index of the sequence each token belongs to, for a block-diagonal mask.</summary>
    /// <returns>Flattened like <see cref="InputIds"/>.</returns>
    public int[] SequenceIndex()
    {
        var current = -1;
        return [.. PositionIds.Select(p => p == 0 ? ++current : current)];
    }
}
