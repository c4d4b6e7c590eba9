namespace Pipeline.Data.Packing;

/// <summary>Which pieces make up which packed row.</summary>
/// <param name="sequenceLength">Room of a row, in tokens.</param>
/// <param name="rowStarts">First segment of each row, and the number of segments at the end.</param>
/// <param name="segments">Pieces, row after row.</param>
/// <param name="tokensIn">Tokens of all sequences.</param>
public sealed class PackingPlan(int sequenceLength, int[] rowStarts, PackedSegment[] segments, long tokensIn)
{
    /// <summary>Room of a row, in tokens.</summary>
    public int SequenceLength { get; } = sequenceLength;

    /// <summary>Number of packed rows.</summary>
    public int Rows => rowStarts.Length - 1;

    /// <summary>Tokens of all sequences before packing.</summary>
    public long TokensIn { get; } = tokensIn;

    /// <summary>Tokens in the packed rows.</summary>
    public long TokensOut { get; } = segments.Sum(s => (long)s.Length);

    /// <summary>Tokens that <see cref="PackingStrategy.BestFit"/> cut off.</summary>
    public long TokensCut => TokensIn - TokensOut;

    /// <summary>Share of the rows' room that holds tokens, 0 to 1.</summary>
    public double Fill => Rows == 0 ? 0 : (double)TokensOut / ((double)Rows * SequenceLength);

    /// <summary>The pieces of one row, in order.</summary>
    /// <param name="row">0-based row.</param>
    /// <returns>At least one piece.</returns>
    public ReadOnlySpan<PackedSegment> this[int row] =>
        segments.AsSpan(rowStarts[row], rowStarts[row + 1] - rowStarts[row]);
}
