using Pipeline.Data.Readers;

namespace Pipeline.Data.Packing;

/// <summary>Packs sequences into rows of a fixed length, deterministically and in linear time.</summary>
/// <remarks>
/// Best fit decreasing: pieces by descending length, equal ones in their order; each goes into the open row with the
/// least sufficient room, of equal rooms into the one that reached it first; rows keep the order in which they were
/// opened.
/// </remarks>
public static class SequencePacker
{
    /// <summary>Plans the packed rows.</summary>
    /// <param name="lengths">Tokens of each sequence; empty sequences are left out.</param>
    /// <param name="sequenceLength">Room of a row, in tokens; at least 1.</param>
    /// <param name="strategy">How to pack.</param>
    /// <param name="batch">Sequences packed together; 0 packs all together, which fills best.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="DataInputException">There is no sequence to pack (<c>E-PACK-EMPTY</c>; best fit
    /// only).</exception>
    public static PackingPlan Pack(
        ReadOnlySpan<int> lengths, int sequenceLength, PackingStrategy strategy, int batch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequenceLength, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (batch == 0) batch = Math.Max(1, lengths.Length);
        long tokens = 0;
        foreach (var length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
            tokens += length;
        }

        if (tokens == 0 && strategy != PackingStrategy.Wrapped)
            throw new DataInputException(
                "E-PACK-EMPTY", "there is no token to pack; look at the reasons rows were removed");
        var (starts, segments) = (new List<int> { 0 }, new List<PackedSegment>(lengths.Length));
        for (var from = 0; from < lengths.Length; from += batch)
        {
            var part = lengths.Slice(from, Math.Min(batch, lengths.Length - from));
            if (strategy == PackingStrategy.Wrapped) Wrap(part, from, sequenceLength, starts, segments);
            else BestFit(Pieces(part, from, sequenceLength, strategy == PackingStrategy.BestFitSplit), sequenceLength,
                starts, segments);
        }

        return new PackingPlan(sequenceLength, [.. starts], [.. segments], tokens);
    }

    private static List<PackedSegment> Pieces(ReadOnlySpan<int> lengths, int offset, int room, bool split)
    {
        var pieces = new List<PackedSegment>(lengths.Length);
        for (var i = 0; i < lengths.Length; i++)
        {
            for (var start = 0; start < lengths[i] && (split || start == 0); start += room)
                pieces.Add(new PackedSegment(offset + i, start, Math.Min(room, lengths[i] - start)));
        }

        return pieces;
    }

    private static void BestFit(List<PackedSegment> pieces, int room, List<int> starts, List<PackedSegment> segments)
    {
        var order = ByDescendingLength(pieces, room);
        var bins = new int[pieces.Count];
        var open = 0;
        var index = new RoomIndex(room, pieces.Count);
        foreach (var piece in order)
        {
            var need = pieces[piece].Length;
            if (!index.TryTake(need, out var left, out var bin)) (left, bin) = (room, open++);
            bins[piece] = bin;
            if (left > need) index.Add(left - need, bin);
        }

        // Counting sort by bin keeps the order of placement inside each row.
        var at = new int[open + 1];
        foreach (var bin in bins) at[bin + 1]++;
        for (var bin = 0; bin < open; bin++) at[bin + 1] += at[bin];
        var first = segments.Count;
        for (var bin = 1; bin <= open; bin++) starts.Add(first + at[bin]);
        var sorted = new PackedSegment[pieces.Count];
        foreach (var piece in order) sorted[at[bins[piece]]++] = pieces[piece];
        segments.AddRange(sorted);
    }

    private static int[] ByDescendingLength(List<PackedSegment> pieces, int room)
    {
        var at = new int[room + 2];
        foreach (var piece in pieces) at[room - piece.Length + 1]++;
        for (var i = 0; i <= room; i++) at[i + 1] += at[i];
        var order = new int[pieces.Count];
        for (var i = 0; i < pieces.Count; i++) order[at[room - pieces[i].Length]++] = i;
        return order;
    }

    private static void Wrap(
        ReadOnlySpan<int> lengths, int offset, int room, List<int> starts, List<PackedSegment> segments)
    {
        var left = room;
        for (var i = 0; i < lengths.Length; i++)
        {
            for (var start = 0; start < lengths[i];)
            {
                var take = Math.Min(left, lengths[i] - start);
                segments.Add(new PackedSegment(offset + i, start, take));
                start += take;
                left -= take;
                if (left > 0) continue;
                starts.Add(segments.Count);
                left = room;
            }
        }

        if (left < room) starts.Add(segments.Count);
    }
}
