namespace Pipeline.Statistics;

/// <summary>A test of "the candidate is worse by no more than the margin".</summary>
/// <param name="Delta">Candidate minus baseline, as a share.</param>
/// <param name="StandardError">Standard error of <paramref name="Delta"/>.</param>
/// <param name="Z">(delta + margin) / standard error.</param>
/// <param name="P">One-sided p of inferiority.</param>
/// <param name="LowerBound">One-sided lower confidence bound of <paramref name="Delta"/>.</param>
/// <remarks>Wald tests. Source: Blackwelder 1982; Liu et al. 2002 for paired shares.</remarks>
public sealed record NonInferiority(double Delta, double StandardError, double Z, double P, double LowerBound)
{
    /// <summary>Two models on different questions.</summary>
    /// <param name="baselineRight">Right answers of the baseline.</param>
    /// <param name="baselineN">Questions of the baseline.</param>
    /// <param name="candidateRight">Right answers of the candidate.</param>
    /// <param name="candidateN">Questions of the candidate.</param>
    /// <param name="margin">Tolerated loss as a share.</param>
    /// <param name="alpha">One-sided level.</param>
    /// <returns>The test.</returns>
    public static NonInferiority Independent(
        int baselineRight, int baselineN, int candidateRight, int candidateN, double margin, double alpha = 0.05)
    {
        var shares = new TwoProportions(baselineRight, baselineN, candidateRight, candidateN);
        return Of((double)candidateRight / candidateN - (double)baselineRight / baselineN, shares.StandardError, margin,
            alpha);
    }

    /// <summary>Two models on the same questions.</summary>
    /// <param name="lost">Questions that only the baseline got right.</param>
    /// <param name="gained">Questions that only the candidate got right.</param>
    /// <param name="n">All questions.</param>
    /// <param name="margin">Tolerated loss as a share.</param>
    /// <param name="alpha">One-sided level.</param>
    /// <returns>The test.</returns>
    public static NonInferiority Paired(int lost, int gained, int n, double margin, double alpha = 0.05)
    {
        var error = Math.Sqrt(lost + gained - Math.Pow(lost - gained, 2) / n) / n;
        return Of((double)(gained - lost) / n, error, margin, alpha);
    }

    private static NonInferiority Of(double delta, double error, double margin, double alpha)
    {
        var z = error > 0 ? (delta + margin) / error : delta + margin > 0
            ? double.PositiveInfinity : double.NegativeInfinity;
        return new NonInferiority(delta, error, z, SpecialFunctions.NormalTail(z),
            delta - SpecialFunctions.NormalTailQuantile(alpha) * error);
    }
}
