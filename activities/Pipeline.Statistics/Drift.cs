namespace Pipeline.Statistics;

/// <summary>Distances between the distribution of recent data and the one a model was made for.</summary>
public static class Drift
{
    /// <summary>Inner bin edges: quantiles of the expected sample.</summary>
    /// <param name="expected">Reference sample.</param>
    /// <param name="bins">Number of bins.</param>
    /// <returns>One edge less than bins.</returns>
    public static double[] QuantileEdges(IReadOnlyList<double> expected, int bins = 10)
    {
        double[] sorted = [.. expected.Order()];
        return [.. Enumerable.Range(1, bins - 1).Select(i => Quantiles.OfSorted(sorted, (double)i / bins))];
    }

    /// <summary>Values per bin; a value belongs to the bin after all edges below it.</summary>
    /// <param name="values">Sample.</param>
    /// <param name="edges">Ascending inner edges.</param>
    /// <returns>One count a bin.</returns>
    public static int[] Histogram(IReadOnlyList<double> values, IReadOnlyList<double> edges)
    {
        var counts = new int[edges.Count + 1];
        foreach (var value in values) counts[edges.Count(edge => edge < value)]++;
        return counts;
    }

    /// <summary>Population stability index; above 0.1 the change is worth a look, above 0.25 it is large.</summary>
    /// <param name="expected">Counts of the reference.</param>
    /// <param name="actual">Counts of the recent data in the same bins.</param>
    /// <param name="floor">Smallest share of a bin; shares are not renormalised after it.</param>
    /// <returns>0 for equal shares.</returns>
    public static double StabilityIndex(IReadOnlyList<int> expected, IReadOnlyList<int> actual, double floor = 1e-6)
    {
        double expectedTotal = expected.Sum(), actualTotal = actual.Sum();
        return expected.Zip(
            actual, (e, a) => (Expected: Math.Max(e / expectedTotal, floor), Actual: Math.Max(a / actualTotal, floor)))
            .Sum(pair => (pair.Actual - pair.Expected) * Math.Log(pair.Actual / pair.Expected));
    }

    /// <summary>Population stability index of two samples in bins of equal reference share.</summary>
    /// <param name="expected">Reference sample, not empty.</param>
    /// <param name="actual">Recent sample, not empty.</param>
    /// <param name="bins">Number of bins.</param>
    /// <returns>0 for equal shares.</returns>
    public static double StabilityIndex(IReadOnlyList<double> expected, IReadOnlyList<double> actual, int bins = 10)
    {
        var edges = QuantileEdges(expected, bins);
        return StabilityIndex(Histogram(expected, edges), Histogram(actual, edges));
    }

    /// <summary>Kullback–Leibler divergence in nats; infinite when q lacks something p has.</summary>
    /// <param name="p">A distribution.</param>
    /// <param name="q">Another over the same values.</param>
    /// <returns>At least 0.</returns>
    public static double KullbackLeibler(IReadOnlyList<double> p, IReadOnlyList<double> q) =>
        p.Zip(q, (a, b) => a == 0 ? 0 : a * Math.Log(a / b)).Sum();

    /// <summary>Jensen–Shannon divergence in nats, 0 to ln 2.</summary>
    /// <param name="p">A distribution.</param>
    /// <param name="q">Another over the same values.</param>
    /// <returns>0 for equal distributions.</returns>
    public static double JensenShannon(IReadOnlyList<double> p, IReadOnlyList<double> q)
    {
        double[] middle = [.. p.Zip(q, (a, b) => (a + b) / 2)];
        return (KullbackLeibler(p, middle) + KullbackLeibler(q, middle)) / 2;
    }

    /// <summary>Hellinger distance, 0 to 1.</summary>
    /// <param name="p">A distribution.</param>
    /// <param name="q">Another over the same values.</param>
    /// <returns>0 for equal distributions.</returns>
    public static double Hellinger(IReadOnlyList<double> p, IReadOnlyList<double> q) =>
        Math.Sqrt(p.Zip(q, (a, b) => Math.Pow(Math.Sqrt(a) - Math.Sqrt(b), 2)).Sum() / 2);

    /// <summary>Total variation distance, 0 to 1.</summary>
    /// <param name="p">A distribution.</param>
    /// <param name="q">Another over the same values.</param>
    /// <returns>0 for equal distributions.</returns>
    public static double TotalVariation(IReadOnlyList<double> p, IReadOnlyList<double> q) =>
        p.Zip(q, (a, b) => Math.Abs(a - b)).Sum() / 2;

    /// <summary>First Wasserstein distance with the values' indices as positions.</summary>
    /// <param name="p">A distribution.</param>
    /// <param name="q">Another over the same values.</param>
    /// <returns>Mean number of positions that mass moves.</returns>
    public static double Wasserstein(IReadOnlyList<double> p, IReadOnlyList<double> q)
    {
        var (sum, carried) = (0.0, 0.0);
        for (var i = 0; i + 1 < p.Count; i++)
        {
            carried += p[i] - q[i];
            sum += Math.Abs(carried);
        }

        return sum;
    }
}
