namespace Pipeline.Data.Dedup.Semantic;

/// <summary>Spherical k-means over rows in a given order: equal orders give equal clusters.</summary>
internal static class VectorClusters
{
    private const int Rounds = 6;

    /// <summary>Divides rows so that a cluster has about <paramref name="rows"/> of them.</summary>
    /// <returns>Clusters of row numbers, each in the given order.</returns>
    public static IReadOnlyList<List<int>> Of(
        VectorTable table, IReadOnlyList<int> order, int dimensions, int rows, CancellationToken cancellationToken)
    {
        var count = Math.Max(1, order.Count / rows);
        if (count == 1)
        {
            return [[.. order]];
        }

        // The order is by id; rows far apart in it are as good a start as random ones, and the same in every run.
        var centres = Enumerable.Range(0, count)
            .Select(i => table[order[(int)((long)i * order.Count / count)]].ToArray()).ToArray();
        List<int>[] clusters = [];
        for (var round = 0; round < Rounds; round++)
        {
            clusters = [.. centres.Select(_ => new List<int>())];
            foreach (var row in order)
            {
                cancellationToken.ThrowIfCancellationRequested();
                clusters[Nearest(centres, table[row])].Add(row);
            }

            for (var i = 0; i < count && round < Rounds - 1; i++)
            {
                Move(centres[i], clusters[i], table, dimensions);
            }
        }

        return clusters;
    }

    private static int Nearest(float[][] centres, ReadOnlySpan<float> vector)
    {
        var (best, similarity) = (0, float.NegativeInfinity);
        for (var i = 0; i < centres.Length; i++)
        {
            if (VectorTable.Dot(centres[i], vector) is var found && found > similarity)
            {
                (best, similarity) = (i, found);
            }
        }

        return best;
    }

    private static void Move(float[] centre, List<int> members, VectorTable table, int dimensions)
    {
        var sums = new double[dimensions];
        foreach (var row in members)
        {
            var vector = table[row];
            for (var i = 0; i < dimensions; i++)
            {
                sums[i] += vector[i];
            }
        }

        var length = Math.Sqrt(sums.Sum(value => value * value));
        for (var i = 0; i < dimensions && length > 0; i++)
        {
            centre[i] = (float)(sums[i] / length);
        }
    }
}
