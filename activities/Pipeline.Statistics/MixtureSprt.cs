namespace Pipeline.Statistics;

/// <summary>
/// A mixture sequential probability ratio test of a mean against zero: valid at every look, however often one looks.
/// </summary>
/// <param name="variance">Known variance of an observation.</param>
/// <param name="priorVariance">Variance τ² of the normal prior on the mean: the square of an effect worth
/// finding.</param>
/// <param name="alpha">Level of the confidence sequence.</param>
/// <remarks>
/// With V the variance of the estimated mean m, Λ = √(V / (V + τ²)) · exp(m² τ² / (2 V (V + τ²))); the chance that Λ
/// ever reaches 1/α under the null hypothesis is at most α. <b>Source:</b> Robbins 1970, Annals of Mathematical
/// Statistics 41(5); Johari et al. 2017.
/// </remarks>
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
        var mean = _sum / Count;
        LikelihoodRatio = Math.Exp(LogRatio(mean, variance / Count, priorVariance));
        P = Math.Min(P, 1 / LikelihoodRatio);
        var half = HalfWidth(variance / Count, priorVariance, alpha);
        Confidence = new Interval(mean - half, mean + half);
    }

    /// <summary>
    /// Logarithm of the likelihood ratio of an estimated mean, for summaries of which the observations are not kept.
    /// </summary>
    /// <param name="mean">Estimated mean.</param>
    /// <param name="variance">Variance of that estimate (σ²/n), above 0.</param>
    /// <param name="priorVariance">τ², above 0.</param>
    /// <returns>ln Λ; reject at ln(1/α) or more.</returns>
    public static double LogRatio(double mean, double variance, double priorVariance)
    {
        var total = variance + priorVariance;
        return 0.5 * Math.Log(variance / total) + mean * mean * priorVariance / (2 * variance * total);
    }

    /// <summary>Half the width of the confidence interval that holds at all looks together.</summary>
    /// <param name="variance">Variance of the estimate (σ²/n), above 0.</param>
    /// <param name="priorVariance">τ², above 0.</param>
    /// <param name="alpha">Error probability in (0, 1).</param>
    /// <returns>The interval is the estimate ± this.</returns>
    public static double HalfWidth(double variance, double priorVariance, double alpha)
    {
        var total = variance + priorVariance;
        return Math.Sqrt(variance * total / priorVariance * (2 * Math.Log(1 / alpha) + Math.Log(total / variance)));
    }
}
