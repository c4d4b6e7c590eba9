namespace Pipeline.Evaluation.Metrics;

/// <summary>Probability that at least one of k samples is right, estimated without bias from n samples.</summary>
/// <remarks><c>1 - C(n-c, k) / C(n, k)</c>. Source: Chen et al. 2021.</remarks>
public static class PassAtK
{
    /// <summary>The estimate for one problem.</summary>
    /// <param name="samples">Number of samples n.</param>
    /// <param name="correct">Right ones among them c.</param>
    /// <param name="k">How many may be tried; at most <paramref name="samples"/>.</param>
    /// <returns>0 to 1.</returns>
    public static double Of(int samples, int correct, int k)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, samples);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, samples);
        if (samples - correct < k) return 1;
        var miss = 1.0;
        for (var i = samples - correct + 1; i <= samples; i++) miss *= 1 - (double)k / i;
        return 1 - miss;
    }
}
