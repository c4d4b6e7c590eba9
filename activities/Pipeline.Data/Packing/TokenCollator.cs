using Pipeline.Data.Readers;

namespace Pipeline.Data.Packing;

/// <summary>Pads rows on the right, or joins them without padding.</summary>
public static class TokenCollator
{
    /// <summary>
    /// Builds a batch. Padding is told by position, never by id: a real end-of-sequence token keeps its label when pad
    /// and end share an id.
    /// </summary>
    /// <param name="rows">At least one row.</param>
    /// <param name="options">How to pad.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="DataInputException">A row is inconsistent or longer than the fixed length.</exception>
    public static TokenBatch Collate(IReadOnlyList<TokenRow> rows, CollatorOptions options)
    {
        if (rows.Count == 0) throw new DataInputException("E-BATCH-EMPTY", "a batch needs at least one row");
        for (var i = 0; i < rows.Count; i++) Check(rows[i], i);
        var longest = options.PaddingFree ? rows.Sum(r => r.InputIds.Length) : rows.Max(r => r.InputIds.Length);
        if (options.PadToLength is { } exact && longest > exact)
            throw new DataInputException(
                "E-BATCH-LENGTH",
                $"a row has {longest} tokens, the fixed length is {exact}; choose drop, truncate or raise when "
                    + $"building the dataset");
        var columns = options.PadToLength
            ?? checked((longest + options.PadToMultipleOf - 1) / options.PadToMultipleOf * options.PadToMultipleOf);
        var count = options.PaddingFree ? 1 : rows.Count;
        var batch = new TokenBatch(count, columns, new int[count * columns], new int[count * columns],
            new int[count * columns], options.PaddingFree ? null : new int[count * columns]);
        batch.InputIds.AsSpan().Fill(options.PadTokenId);
        batch.Labels.AsSpan().Fill(TokenRow.Ignored);
        var at = 0;
        foreach (var row in rows)
        {
            Copy(row, batch, at, options.PaddingFree);
            at += options.PaddingFree ? row.InputIds.Length : columns;
        }

        return batch;
    }

    private static void Copy(TokenRow row, TokenBatch batch, int at, bool paddingFree)
    {
        row.InputIds.CopyTo(batch.InputIds, at);
        row.Labels.CopyTo(batch.Labels, at);
        batch.AttentionMask?.AsSpan(at, row.InputIds.Length).Fill(1);
        foreach (var length in row.SequenceLengths ?? [row.InputIds.Length])
        {
            for (var i = 0; i < length; i++) batch.PositionIds[at + i] = i;

            // The first token of a sequence has no context of its own to be predicted from.
            if (paddingFree && length > 0) batch.Labels[at] = TokenRow.Ignored;
            at += length;
        }
    }

    private static void Check(TokenRow row, int index)
    {
        if (row.Labels.Length != row.InputIds.Length)
            throw new DataInputException(
                "E-BATCH-ROW", $"row {index}: {row.InputIds.Length} ids but {row.Labels.Length} labels");
        if (row.SequenceLengths is { } lengths && lengths.Sum() != row.InputIds.Length)
            throw new DataInputException(
                "E-BATCH-ROW",
                $"row {index}: the sequence lengths add up to {lengths.Sum()}, the row has {row.InputIds.Length} "
                    + $"tokens");
    }
}
