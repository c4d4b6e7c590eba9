namespace Pipeline.Registry.Monitoring;

/// <summary>A sequential test of whether one arm fails more often, exact for rare errors.</summary>
/// <remarks>
/// When both arms fail equally often, each error belongs to the candidate with the candidate's share s of the requests.
/// A uniform mixture over the alternatives θ gives the ratio B(k + 1, m − k + 1) / (s^k (1 − s)^(m − k)) for k of m
/// errors, a martingale under the null hypothesis. <b>Source:</b> Ville's inequality on the beta-binomial mixture;
/// conditional form as in Kulldorff et al. 2011, Sequential Analysis 30(1).
/// </remarks>
public static class ErrorShareTest
{
    /// <summary>The logarithm of the likelihood ratio.</summary>
    /// <param name="candidateErrors">Errors of the candidate, k.</param>
    /// <param name="stableErrors">Errors of the stable arm, m − k.</param>
    /// <param name="candidateShare">Share of all requests that the candidate served, in (0, 1).</param>
    /// <returns>ln Λ; reject at ln(1/α) or more.</returns>
    public static double LogRatio(long candidateErrors, long stableErrors, double candidateShare)
    {
        var all = candidateErrors + stableErrors;
        return LogFactorial(candidateErrors) + LogFactorial(stableErrors) - LogFactorial(all + 1)
            - (candidateErrors * Math.Log(candidateShare)) - (stableErrors * Math.Log(1 - candidateShare));
    }

    private static double LogFactorial(long n)
    {
        if (n > 256)
        {
            // Stirling's series; the first dropped term is below 1e-14 here.
            double x = n + 1;
            return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x))
                - (1 / (360 * x * x * x));
        }

        var sum = 0.0;
        for (var i = 2; i <= n; i++)
        {
            sum += Math.Log(i);
        }

        return sum;
    }
}
