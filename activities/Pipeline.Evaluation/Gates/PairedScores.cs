using Pipeline.Statistics;

namespace Pipeline.Evaluation.Gates;

/// <summary>Scores of the same questions under two arms.</summary>
/// <param name="Baseline">Scores of the reference arm.</param>
/// <param name="Candidate">Scores of the candidate.</param>
internal sealed record PairedScores(double[] Baseline, double[] Candidate)
{
    public int Count => Baseline.Length;

    public int Lost => Baseline.Zip(Candidate, (a, b) => a > b ? 1 : 0).Sum();

    public int Gained => Baseline.Zip(Candidate, (a, b) => b > a ? 1 : 0).Sum();

    /// <summary>Candidate minus baseline.</summary>
    public double Delta => (Candidate.Sum() - Baseline.Sum()) / Count;

    /// <summary>Variance of one question's difference; that of a multinomial for right-or-wrong scores.</summary>
    public double Variance
    {
        get
        {
            var delta = Delta;
            return Baseline.Zip(Candidate, (a, b) => (b - a - delta) * (b - a - delta)).Sum() / Count;
        }
    }

    public double StandardError => Math.Sqrt(Variance / Count);

    /// <summary>One-sided bounds of <see cref="Delta"/> at a confidence.</summary>
    public Interval Bounds(PairedTest test, double confidence)
    {
        if (test == PairedTest.Bootstrap) return Resample().Percentile(2 * confidence - 1);
        var half = SpecialFunctions.NormalQuantile(confidence) * StandardError;
        return new Interval(Delta - half, Delta + half);
    }

    public double PValue(PairedTest test) => test switch
    {
        PairedTest.McNemar => McNemar.ExactP(Lost, Gained),
        PairedTest.Bootstrap => Resample().PValue,
        _ => PairedPermutation.Test(Baseline, Candidate).TwoSided,
    };

    private PairedBootstrap Resample() => new(Baseline, Candidate, seed: 20150318, replicates: 4000);
}
