using Temporalio.Api.Deployment.V1;

namespace Pipeline.EmbeddedTemporal.Deployments;

// Deployments and versions as descriptions show them.
internal static class DeploymentInfos
{
    // How long a version counts as draining before it is called drained, as on the real server.
    private static readonly TimeSpan DrainageGrace = TimeSpan.FromMinutes(3);

    public static WorkerDeploymentInfo Info(Engine engine, DeploymentRecord d) => new()
    {
        Name = d.Name,
        CreateTime = d.CreateTime.Proto(),
        RoutingConfig = Routing(d),
        LastModifierIdentity = d.LastModifier,
        ManagerIdentity = d.Manager,
        VersionSummaries = { d.Versions.Select(v => Summary(engine, d, v)) },
    };

    public static RoutingConfig Routing(DeploymentRecord d) => new()
    {
        CurrentVersion = d.CurrentBuild.Length > 0
            ? Version(d, d.CurrentBuild).DottedKey : DeploymentVersion.Unversioned,
        CurrentDeploymentVersion = d.CurrentBuild.Length > 0 ? Version(d, d.CurrentBuild).Proto() : null,
        CurrentVersionChangedTime = d.CurrentChanged?.Proto(),
        RampingVersion =
            d.RampingBuild switch { null => "", "" => DeploymentVersion.Unversioned, var b => Version(d, b).DottedKey },
        RampingDeploymentVersion = d.RampingBuild is { Length: > 0 } build ? Version(d, build).Proto() : null,
        RampingVersionPercentage = d.RampingPercent,
        RampingVersionChangedTime = d.RampingChanged?.Proto(),
        RampingVersionPercentageChangedTime = d.PercentChanged?.Proto(),
    };

    public static WorkerDeploymentInfo.Types.WorkerDeploymentVersionSummary Summary(
        Engine engine, DeploymentRecord d, DeploymentVersionRecord v)
    {
        var status = Status(engine, d, v);
        var drainage = Drainage(engine, v, status);
        return new()
        {
            Version = Version(d, v.BuildId).DottedKey,
            DeploymentVersion = Version(d, v.BuildId).Proto(),
            Status = status,
            CreateTime = v.CreateTime.Proto(),
            DrainageStatus = drainage?.Status ?? VersionDrainageStatus.Unspecified,
            DrainageInfo = drainage
                ?? (v.CurrentSince is not null
                    ? new VersionDrainageInfo
                    {
                        LastChangedTime = v.RoutingUpdate?.Proto(),
                        LastCheckedTime = v.RoutingUpdate?.Proto()
                    } : null),
            CurrentSinceTime = v.CurrentSince?.Proto(),
            RampingSinceTime = v.RampingSince?.Proto(),
            RoutingUpdateTime = v.RoutingUpdate?.Proto(),
            FirstActivationTime = v.FirstActivation?.Proto(),
            LastDeactivationTime = v.LastDeactivation?.Proto(),
        };
    }

    public static WorkerDeploymentVersionInfo VersionInfo(Engine engine, DeploymentRecord d, DeploymentVersionRecord v)
    {
        var status = Status(engine, d, v);
        return new()
        {
            Version = Version(d, v.BuildId).DottedKey,
            DeploymentVersion = Version(d, v.BuildId).Proto(),
            DeploymentName = "",
            Status = status,
            CreateTime = v.CreateTime.Proto(),
            RoutingChangedTime = v.RoutingUpdate?.Proto(),
            CurrentSinceTime = v.CurrentSince?.Proto(),
            RampingSinceTime = v.RampingSince?.Proto(),
            RampPercentage = v.RampingSince is null ? 0 : d.RampingPercent,
            TaskQueueInfos =
                { v.Queues.Select(
                    q => new WorkerDeploymentVersionInfo.Types.VersionTaskQueueInfo { Name = q.Name, Type = q.Type }) },
            DrainageInfo = Drainage(engine, v, status),
            Metadata = v.Metadata.Count == 0 ? null : new VersionMetadata { Entries = { v.Metadata } },
        };
    }

    public static WorkerDeploymentVersionStatus Status(Engine engine, DeploymentRecord d, DeploymentVersionRecord v)
    {
        if (v.CurrentSince is not null) return WorkerDeploymentVersionStatus.Current;
        if (v.RampingSince is not null) return WorkerDeploymentVersionStatus.Ramping;
        if (v.LastDeactivation is not { } left) return WorkerDeploymentVersionStatus.Inactive;
        return engine.Clock.UtcNow - left > DrainageGrace
            && !engine.Deployments.IsPinnedTo(d.Namespace, Version(d, v.BuildId))
            ? WorkerDeploymentVersionStatus.Drained : WorkerDeploymentVersionStatus.Draining;
    }

    private static VersionDrainageInfo? Drainage(
        Engine engine, DeploymentVersionRecord v, WorkerDeploymentVersionStatus status) => status switch
        {
            WorkerDeploymentVersionStatus.Draining =>
                Drainage(VersionDrainageStatus.Draining, v.LastDeactivation, engine.Clock.UtcNow),
            WorkerDeploymentVersionStatus.Drained =>
                Drainage(VersionDrainageStatus.Drained, v.LastDeactivation + DrainageGrace, engine.Clock.UtcNow),
            _ => null,
        };

    private static VersionDrainageInfo Drainage(VersionDrainageStatus status, DateTime? changed, DateTime now) =>
        new() { Status = status, LastChangedTime = changed?.Proto(), LastCheckedTime = now.Proto() };

    private static DeploymentVersion Version(DeploymentRecord d, string build) => new(d.Name, build);
}
