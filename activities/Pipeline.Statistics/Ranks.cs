namespace Pipeline.Statistics;

/// <summary>Ranks with ties sharing their mean.</summary>
public static class Ranks
{
    /// <summary>Ranks of values.</summary>
    /// <param name="values">Values in any order.</param>
    /// <returns>One rank a value, 1 for the smallest.</returns>
    public static double[] Of(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            while (end < order.Length && values[order[end]].Equals(values[order[start]])) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2.0;
            start = end;
        }

        return ranks;
    }

    /// <summary>Σ (t³ - t) over the groups of t equal values, which corrections for ties need.</summary>
    /// <param name="values">Values in any order.</param>
    /// <returns>0 without ties.</returns>
    public static double TieTerm(IEnumerable<double> values) =>
        values.GroupBy(value => value).Sum(group => Math.Pow(group.Count(), 3) - group.Count());
}
