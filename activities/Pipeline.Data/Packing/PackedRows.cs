namespace Pipeline.Data.Packing;

/// <summary>Turns a plan and its sequences into rows.</summary>
public static class PackedRows
{
    /// <summary>Builds one packed row; ids and labels move together.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="row">0-based packed row.</param>
    /// <param name="sequences">The sequences that were planned.</param>
    /// <returns>The row with the lengths of its sequences.</returns>
    public static TokenRow Build(PackingPlan plan, int row, IReadOnlyList<TokenRow> sequences)
    {
        var segments = plan[row];
        var total = 0;
        foreach (var segment in segments) total += segment.Length;
        var (ids, labels, lengths) = (new int[total], new int[total], new int[segments.Length]);
        var at = 0;
        for (var i = 0; i < segments.Length; i++)
        {
            var (sequence, start, length) = segments[i];
            sequences[sequence].InputIds.AsSpan(start, length).CopyTo(ids.AsSpan(at));
            sequences[sequence].Labels.AsSpan(start, length).CopyTo(labels.AsSpan(at));
            lengths[i] = length;
            at += length;
        }

        return new TokenRow(ids, labels, lengths);
    }
}
