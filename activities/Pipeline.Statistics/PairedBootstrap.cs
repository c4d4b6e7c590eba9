namespace Pipeline.Statistics;

/// <summary>Bootstrap of the mean difference b - a over paired scores, seeded and the same in any language.</summary>
/// <remarks>Source: Efron and Tibshirani 1993; quantiles interpolate between order statistics (type 7).</remarks>
public sealed class PairedBootstrap
{
    private readonly double[] _sorted;

    /// <summary>Draws the replicates.</summary>
    /// <param name="baseline">Score of each item for a.</param>
    /// <param name="candidate">Score of the same items for b.</param>
    /// <param name="seed">Seed of <see cref="SplitMix64"/>.</param>
    /// <param name="replicates">How many resamples.</param>
    /// <exception cref="ArgumentException">The lists differ in length or are empty.</exception>
    public PairedBootstrap(
        IReadOnlyList<double> baseline, IReadOnlyList<double> candidate, ulong seed, int replicates = 2000)
    {
        if (baseline.Count != candidate.Count || baseline.Count == 0)
        {
            throw new ArgumentException(
                $"{baseline.Count} and {candidate.Count} scores; give the same items for both, at least one",
                nameof(candidate));
        }

        var generator = new SplitMix64(seed);
        var differences = baseline.Zip(candidate, (a, b) => b - a).ToArray();
        Replicates = new double[replicates];
        for (var i = 0; i < replicates; i++)
        {
            var sum = 0.0;
            for (var draw = 0; draw < differences.Length; draw++)
                sum += differences[generator.Below(differences.Length)];
            Replicates[i] = sum / differences.Length;
        }

        Mean = differences.Sum() / differences.Length;
        _sorted = [.. Replicates.Order()];
    }

    /// <summary>The observed mean difference.</summary>
    public double Mean { get; }

    /// <summary>Mean of each resample, in drawing order.</summary>
    public double[] Replicates { get; }

    /// <summary>Standard deviation of the replicates.</summary>
    public double StandardError
    {
        get
        {
            var mean = Replicates.Average();
            return Math.Sqrt(Replicates.Sum(x => (x - mean) * (x - mean)) / (Replicates.Length - 1));
        }
    }

    /// <summary>Share of replicates at or below 0.</summary>
    public double ShareAtOrBelowZero => (double)Replicates.Count(x => x <= 0) / Replicates.Length;

    /// <summary>
    /// Two-sided p of no difference: how often a replicate is as far from the mean as the mean is from 0.
    /// </summary>
    public double PValue => (1.0 + Replicates.Count(x => Math.Abs(x - Mean) >= Math.Abs(Mean) - 1e-12))
        / (Replicates.Length + 1);

    /// <summary>Percentile interval.</summary>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends in the unit of the scores.</returns>
    public Interval Percentile(double confidence = 0.95) =>
        new(Quantile((1 - confidence) / 2), Quantile((1 + confidence) / 2));

    /// <summary>Basic interval: the percentile interval reflected at the mean.</summary>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends in the unit of the scores.</returns>
    public Interval Basic(double confidence = 0.95)
    {
        var percentile = Percentile(confidence);
        return new Interval(2 * Mean - percentile.Upper, 2 * Mean - percentile.Lower);
    }

    private double Quantile(double q) => Quantiles.OfSorted(_sorted, q);
}
