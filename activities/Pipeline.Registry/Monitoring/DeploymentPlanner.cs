namespace Pipeline.Registry.Monitoring;

/// <summary>How variants of one base model are served.</summary>
public enum DeploymentMode
{
    /// <summary>Weights merged into the base: base speed, one model in memory for each variant.</summary>
    Merged,

    /// <summary>One base, adapters applied at request time.</summary>
    Adapters,
}

/// <summary>A deployment mode and why.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Overridden">Whether somebody asked for it against the rule.</param>
public sealed record DeploymentPlan(DeploymentMode Mode, string Reason, bool Overridden);

/// <summary>Chooses between merged weights and adapters by the number of variants.</summary>
public static class DeploymentPlanner
{
    /// <summary>Plans.</summary>
    /// <param name="variants">Variants of one base that are served at the same time, at least 1.</param>
    /// <param name="wanted">Mode asked for, or null for the rule.</param>
    /// <returns>One variant is merged, two are served as adapters though either would do, three and more need
    /// adapters.</returns>
    public static DeploymentPlan Plan(int variants, DeploymentMode? wanted = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(variants, 1);
        var (mode, reason) = variants switch
        {
            1 => (DeploymentMode.Merged, "one variant: merged weights cost nothing at request time"),
            2 => (DeploymentMode.Adapters, "two variants: either mode works; adapters hold the base in memory once"),
            _ =>
                (DeploymentMode.Adapters,
                    $"{variants} variants: merged weights would hold the base in memory {variants} times"),
        };
        return wanted is { } asked && asked != mode
            ? new DeploymentPlan(asked, $"asked for {asked}; the rule says {mode}, {reason}", Overridden: true)
            : new DeploymentPlan(mode, reason, Overridden: false);
    }
}
