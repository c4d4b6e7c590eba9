namespace Pipeline.Evaluation.Metrics;

/// <summary>Counts of token sequences of one length.</summary>
internal static class NGrams
{
    // A unit separator cannot occur inside a token split at white space, so joined keys are unambiguous.
    private const char Separator = '\x1f';

    public static Dictionary<string, int> Count(ReadOnlySpan<string> tokens, int length)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i + length <= tokens.Length; i++)
        {
            var key = length == 1 ? tokens[i] : string.Join(Separator, tokens.Slice(i, length)!);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        return counts;
    }

    /// <summary>Size of the multiset intersection.</summary>
    public static int Overlap(Dictionary<string, int> left, Dictionary<string, int> right)
    {
        var (small, large) = left.Count <= right.Count ? (left, right) : (right, left);
        return small.Sum(pair => Math.Min(pair.Value, large.GetValueOrDefault(pair.Key)));
    }
}
