namespace Pipeline.Evaluation.Scoring;

/// <summary>A batch: rows that share a prefix and have nearly the same length.</summary>
/// <param name="Rows">Indices of the rows.</param>
internal sealed record RowBatch(int[] Rows);

/// <summary>Rows with one common prefix, divided into batches by length.</summary>
/// <param name="Prefix">The common tokens; computed once.</param>
/// <param name="Batches">The batches.</param>
internal sealed record PrefixGroup(int[] Prefix, IReadOnlyList<RowBatch> Batches);

/// <summary>Divides rows into groups and batches. It depends on the rows alone.</summary>
internal static class PrefixPlan
{
    // A prefix shorter than this costs more in copies than it saves.
    private const int ShortestPrefix = 16;

    // Rows that were cut on the left, or of another task, would shorten everybody's prefix, so rows are grouped by
    // their first tokens.
    private const int HeadLength = 24;

    // Smaller groups go together: full batches are worth more than their prefix.
    private const int SmallestGroup = 4;

    /// <summary>Makes the plan.</summary>
    /// <param name="inputs">Token ids of each row.</param>
    /// <param name="read">How many of its last positions are read, so must not lie in the prefix.</param>
    /// <param name="batchTokens">Tokens of a batch, padding included, beyond the prefix.</param>
    public static List<PrefixGroup> Make(IReadOnlyList<int[]> inputs, IReadOnlyList<int> read, int batchTokens)
    {
        var groups = new List<PrefixGroup>();
        foreach (var rows in Heads(inputs))
        {
            var common = Common(rows, inputs, read);
            if (common < ShortestPrefix || rows.Length == 1) common = 0;
            int[] sorted = [.. rows.OrderByDescending(row => inputs[row].Length).ThenBy(row => row)];
            groups.Add(new PrefixGroup(inputs[rows[0]][..common], Batches(sorted, inputs, common, batchTokens)));
        }

        return groups;
    }

    private static IEnumerable<int[]> Heads(IReadOnlyList<int[]> inputs)
    {
        var groups = Enumerable.Range(0, inputs.Count).GroupBy(row => string.Join(',', inputs[row].Take(HeadLength)))
            .Select(group => group.ToArray()).ToList();
        int[] rest = [.. groups.Where(group => group.Length < SmallestGroup).SelectMany(group => group).Order()];
        return groups.Where(group => group.Length >= SmallestGroup).Concat(rest.Length > 0 ? [rest] : []);
    }

    private static int Common(int[] rows, IReadOnlyList<int[]> inputs, IReadOnlyList<int> read)
    {
        var first = inputs[rows[0]];
        var common = first.Length;
        foreach (var row in rows)
        {
            var limit = Math.Min(common, inputs[row].Length - read[row]);
            common = first.AsSpan(0, limit).CommonPrefixLength(inputs[row]);
        }

        return common;
    }

    private static List<RowBatch> Batches(int[] sorted, IReadOnlyList<int[]> inputs, int common, int batchTokens)
    {
        var batches = new List<RowBatch>();
        for (var start = 0; start < sorted.Length;)
        {
            // The first row of a batch is its longest.
            var width = inputs[sorted[start]].Length - common;
            var count = Math.Clamp(batchTokens / width, 1, sorted.Length - start);
            batches.Add(new RowBatch(sorted[start..(start + count)]));
            start += count;
        }

        return batches;
    }
}
