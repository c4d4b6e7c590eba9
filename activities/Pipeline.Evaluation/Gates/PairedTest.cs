namespace Pipeline.Evaluation.Gates;

/// <summary>Which test gives the bound and the p value of a paired comparison.</summary>
public enum PairedTest
{
    /// <summary>
    /// Bound by the normal approximation of paired differences, p by McNemar's exact test; for right-or-wrong scores.
    /// </summary>
    McNemar,

    /// <summary>Bound by the seeded percentile bootstrap, p by its shift; for any scores.</summary>
    Bootstrap,

    /// <summary>Bound by the normal approximation, p by the sign-flip test; for any scores.</summary>
    Permutation,
}
