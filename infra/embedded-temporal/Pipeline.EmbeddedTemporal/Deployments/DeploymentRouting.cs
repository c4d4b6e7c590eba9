namespace Pipeline.EmbeddedTemporal.Deployments;

// Changes of a deployment's routing: which version is current, which one ramps.
internal static class DeploymentRouting
{
    public static void SetCurrent(Tx tx, DeploymentRecord d, string build, string identity)
    {
        if (d.CurrentBuild == build && d.CurrentChanged is not null) return;
        if (d.RampingBuild == build) SetRamping(tx, d, null, 0, identity);
        if (d.Find(d.CurrentBuild) is { } old)
        {
            old.LastCurrent = tx.Now;
            old.CurrentSince = null;
            Touch(tx, old);
        }

        d.CurrentBuild = build;
        d.CurrentChanged = tx.Now;
        if (d.Find(build) is { } version)
        {
            version.CurrentSince = tx.Now;
            Touch(tx, version);
        }

        Changed(tx, d, identity);
    }

    // No build ends the ramp; the empty one ramps to unversioned workers.
    public static void SetRamping(Tx tx, DeploymentRecord d, string? build, float percent, string identity)
    {
        if (d.RampingBuild != build)
        {
            if (d.RampingBuild is { } before && d.Find(before) is { } old)
            {
                old.RampingSince = null;
                Touch(tx, old);
            }

            d.RampingBuild = build;
            d.RampingChanged = tx.Now;
        }

        if (d.RampingPercent != percent || build is null) d.PercentChanged = tx.Now;
        d.RampingPercent = percent;
        if (build is not null && d.Find(build) is { } version)
        {
            version.RampingSince ??= tx.Now;
            Touch(tx, version);
        }

        Changed(tx, d, identity);
    }

    private static void Touch(Tx tx, DeploymentVersionRecord version)
    {
        version.RoutingUpdate = tx.Now;
        if (version.IsActive)
        {
            version.FirstActivation ??= tx.Now;
            version.LastDeactivation = null;
        }
        else
        {
            version.LastDeactivation = tx.Now;
        }
    }

    private static void Changed(Tx tx, DeploymentRecord d, string identity)
    {
        d.Revision++;
        d.LastModifier = identity;
        DeploymentService.Store(tx, d);
        tx.Defer(() => tx.Engine.Deployments.Reroute(tx, d));
    }
}
