namespace Pipeline.Registry.Monitoring;

/// <summary>The mixture sequential probability ratio test of a mean against zero: valid at every look, however often one looks.</summary>
/// <remarks>
/// Normal data with known variance V of the estimated mean and a prior N(0, τ²) on the true one:
/// Λ = √(V / (V + τ²)) · exp(m² τ² / (2 V (V + τ²))). The chance that Λ ever reaches 1/α under the null hypothesis is at most α.
/// <b>Source:</b> Robbins 1970, Annals of Mathematical Statistics 41(5); Johari et al. 2017, "Peeking at A/B tests".
/// </remarks>
public static class MixtureSequentialTest
{
    /// <summary>The likelihood ratio.</summary>
    /// <param name="mean">Estimated mean.</param>
    /// <param name="variance">Variance of that estimate (σ²/n), above 0.</param>
    /// <param name="priorVariance">τ², above 0; the square of an effect worth finding.</param>
    /// <returns>Λ; its natural logarithm grows without bound when the mean is not zero.</returns>
    public static double LogRatio(double mean, double variance, double priorVariance)
    {
        var total = variance + priorVariance;
        return (0.5 * Math.Log(variance / total)) + (mean * mean * priorVariance / (2 * variance * total));
    }

    /// <summary>Half the width of the confidence interval that holds at all looks together.</summary>
    /// <param name="variance">Variance of the estimate, above 0.</param>
    /// <param name="priorVariance">τ², above 0.</param>
    /// <param name="alpha">Error probability in (0, 1).</param>
    /// <returns>The interval is the estimate ± this.</returns>
    public static double HalfWidth(double variance, double priorVariance, double alpha)
    {
        var total = variance + priorVariance;
        return Math.Sqrt(variance * total / priorVariance * ((2 * Math.Log(1 / alpha)) + Math.Log(total / variance)));
    }
}
