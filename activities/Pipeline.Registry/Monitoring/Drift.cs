namespace Pipeline.Registry.Monitoring;

/// <summary>Distances between a reference sample and a current one.</summary>
public static class Drift
{
    private const double SmallestShare = 1e-6;

    /// <summary>Population stability index: Σ (a − e) ln(a / e) over bins of equal reference share.</summary>
    /// <param name="expected">Reference sample, not empty.</param>
    /// <param name="actual">Current sample, not empty.</param>
    /// <param name="bins">Number of bins, at least 2.</param>
    /// <returns>0 for equal shares; above 0.25 is commonly called a large shift.</returns>
    /// <remarks>Edges are linearly interpolated quantiles; a value's bin is the number of edges below it; shares are floored at 1e-6.</remarks>
    public static double PopulationStabilityIndex(IReadOnlyCollection<double> expected, IReadOnlyCollection<double> actual, int bins = 10)
    {
        var sorted = expected.Order().ToArray();
        var edges = Enumerable.Range(1, bins - 1).Select(i => Quantile(sorted, (double)i / bins)).ToArray();
        var (reference, current) = (Shares(expected, edges), Shares(actual, edges));
        return reference.Zip(current, (e, a) => (a - e) * Math.Log(a / e)).Sum();
    }

    /// <summary>Kolmogorov–Smirnov test of two samples, two-sided.</summary>
    /// <param name="x">One sample, not empty.</param>
    /// <param name="y">The other sample, not empty.</param>
    /// <returns>The largest distance of the distribution functions and its exact p value (conservative with ties).</returns>
    public static (double Statistic, double PValue) KolmogorovSmirnov(IReadOnlyCollection<double> x, IReadOnlyCollection<double> y)
    {
        var (a, b) = (x.Order().ToArray(), y.Order().ToArray());
        long largest = 0;
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            var value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= value)
            {
                i++;
            }

            while (j < b.Length && b[j] <= value)
            {
                j++;
            }

            largest = Math.Max(largest, Math.Abs(((long)i * b.Length) - ((long)j * a.Length)));
        }

        return ((double)largest / a.Length / b.Length, Exceeding(a.Length, b.Length, largest));
    }

    /// <summary>Linearly interpolated quantile (type 7).</summary>
    /// <param name="sorted">Ascending values, not empty.</param>
    /// <param name="probability">In [0, 1].</param>
    /// <returns>The quantile.</returns>
    public static double Quantile(ReadOnlySpan<double> sorted, double probability)
    {
        var position = (sorted.Length - 1) * probability;
        var below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    // Chance that a random merge of the two samples ever leaves the band: mass that steps out, summed step by step.
    private static double Exceeding(int n, int m, long largest)
    {
        if (largest == 0)
        {
            return 1;
        }

        var row = new double[m + 1];
        row[0] = 1;
        var outside = 0.0;
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= m; j++)
            {
                if (Math.Abs(((long)i * m) - ((long)j * n)) >= largest)
                {
                    outside += row[j];
                    row[j] = 0;
                }
                else if (i < n || j < m)
                {
                    var toY = (double)(m - j) / (n + m - i - j);
                    if (j < m)
                    {
                        row[j + 1] += row[j] * toY;
                    }

                    row[j] *= 1 - toY;
                }
            }
        }

        return Math.Min(1, outside);
    }

    private static double[] Shares(IReadOnlyCollection<double> values, double[] edges)
    {
        var counts = new double[edges.Length + 1];
        foreach (var value in values)
        {
            var index = Array.BinarySearch(edges, value);
            index = index < 0 ? ~index : index;
            while (index > 0 && edges[index - 1] >= value)
            {
                index--;
            }

            counts[index]++;
        }

        return [.. counts.Select(count => Math.Max(count / values.Count, SmallestShare))];
    }
}
