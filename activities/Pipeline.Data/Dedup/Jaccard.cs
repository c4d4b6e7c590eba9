namespace Pipeline.Data.Dedup;

/// <summary>Exact similarity of two sorted sets of shingle hashes.</summary>
internal static class Jaccard
{
    public static (int Intersection, int Union) Of(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        var (i, j, common) = (0, 0, 0);
        while (i < left.Length && j < right.Length)
        {
            var (a, b) = (left[i], right[j]);
            common += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }

        return (common, left.Length + right.Length - common);
    }

    public static double Similarity(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        var (common, union) = Of(left, right);
        return union == 0 ? 0 : (double)common / union;
    }
}
