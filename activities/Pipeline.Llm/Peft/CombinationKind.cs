namespace Pipeline.Llm.Peft;

/// <summary>Ways to make one adapter of several.</summary>
public enum CombinationKind
{
    /// <summary>Weighted sums of A and of B; not the sum of the products.</summary>
    Linear,

    /// <summary>A and B side by side: exactly the weighted sum of the updates, at the sum of the ranks.</summary>
    Cat,

    /// <summary>The weighted sum of the updates, cut to a rank by singular values.</summary>
    Svd,

    /// <summary>Trim, elect a sign, average those that agree (arXiv 2306.01708).</summary>
    Ties,

    /// <summary>Drop at random and rescale (arXiv 2311.03099), then <see cref="Linear"/>.</summary>
    DareLinear,

    /// <summary>Drop at random and rescale, then the vote of <see cref="Ties"/>.</summary>
    DareTies,

    /// <summary>Keep the largest magnitudes, then <see cref="Linear"/>.</summary>
    MagnitudePrune,
}
