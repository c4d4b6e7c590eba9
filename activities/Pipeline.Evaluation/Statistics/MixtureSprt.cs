namespace Pipeline.Evaluation.Statistics;

/// <summary>A mixture sequential probability ratio test: its p value may be read after every observation.</summary>
/// <param name="variance">Known variance of an observation.</param>
/// <param name="priorVariance">Variance of the normal prior on the mean; large for large expected effects.</param>
/// <param name="alpha">Level of the confidence sequence.</param>
/// <remarks>Source: Robbins 1970; Johari et al. 2017.</remarks>
public sealed class MixtureSprt(double variance, double priorVariance, double alpha = 0.05)
{
    private double _sum;

    /// <summary>Observations so far.</summary>
    public int Count { get; private set; }

    /// <summary>The mixture likelihood ratio of the observations so far.</summary>
    public double LikelihoodRatio { get; private set; } = 1;

    /// <summary>The always-valid p value of "the mean is 0": it only falls.</summary>
    public double P { get; private set; } = 1;

    /// <summary>Confidence interval for the mean that holds at all times together.</summary>
    public Interval Confidence { get; private set; } = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Adds an observation.</summary>
    /// <param name="value">Such as the difference of two paired scores.</param>
    public void Add(double value)
    {
        Count++;
        _sum += value;
        var (n, mean) = ((double)Count, _sum / Count);
        var total = variance + n * priorVariance;
        LikelihoodRatio = Math.Sqrt(variance / total) * Math.Exp(n * n * priorVariance * mean * mean / (2 * variance * total));
        P = Math.Min(P, 1 / LikelihoodRatio);
        var half = Math.Sqrt(variance * total / (n * n * priorVariance) * (2 * Math.Log(1 / alpha) - Math.Log(variance / total)));
        Confidence = new Interval(mean - half, mean + half);
    }
}
