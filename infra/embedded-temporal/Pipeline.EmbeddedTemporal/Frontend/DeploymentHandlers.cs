using System.Buffers.Binary;
using Pipeline.EmbeddedTemporal.Deployments;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Worker deployments: what is there, and which version new work goes to.
internal sealed class DeploymentHandlers(Engine engine)
{
    private static readonly TimeSpan PollerLife = TimeSpan.FromMinutes(5);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<ListWorkerDeploymentsRequest, ListWorkerDeploymentsResponse>(
            "ListWorkerDeployments", r => engine.Read(() => List(r)))
        .On<DescribeWorkerDeploymentRequest, DescribeWorkerDeploymentResponse>(
            "DescribeWorkerDeployment", r => engine.Read(() =>
        {
            var d = Get(r.Namespace, r.DeploymentName);
            return new DescribeWorkerDeploymentResponse
            {
                ConflictToken = Token(d),
                WorkerDeploymentInfo = DeploymentInfos.Info(engine, d),
            };
        }))
        .On<DescribeWorkerDeploymentVersionRequest, DescribeWorkerDeploymentVersionResponse>(
            "DescribeWorkerDeploymentVersion", r => engine.Read(() => Describe(r)))
        .On<SetWorkerDeploymentCurrentVersionRequest, SetWorkerDeploymentCurrentVersionResponse>(
            "SetWorkerDeploymentCurrentVersion", SetCurrent)
        .On<SetWorkerDeploymentRampingVersionRequest, SetWorkerDeploymentRampingVersionResponse>(
            "SetWorkerDeploymentRampingVersion", SetRamping)
        .On<SetWorkerDeploymentManagerRequest, SetWorkerDeploymentManagerResponse>(
            "SetWorkerDeploymentManager", SetManager)
        .On<UpdateWorkerDeploymentVersionMetadataRequest, UpdateWorkerDeploymentVersionMetadataResponse>(
            "UpdateWorkerDeploymentVersionMetadata", UpdateMetadata)
        .On<DeleteWorkerDeploymentVersionRequest, DeleteWorkerDeploymentVersionResponse>(
            "DeleteWorkerDeploymentVersion", DeleteVersion)
        .On<DeleteWorkerDeploymentRequest, DeleteWorkerDeploymentResponse>(
            "DeleteWorkerDeployment", (r, _) => engine.ExecuteAsync(tx =>
        {
            engine.Namespaces.Get(r.Namespace);
            if (engine.Deployments.Find(r.Namespace, r.DeploymentName) is not { } d)
                return new DeleteWorkerDeploymentResponse();
            if (d.Versions.Count > 0) throw RpcError.Precondition("deployment has versions, can't be deleted");
            engine.Deployments.Remove(tx, d);
            return new DeleteWorkerDeploymentResponse();
        }));

    private DeploymentRecord Get(string ns, string name)
    {
        engine.Namespaces.Get(ns);
        if (name.Length == 0) throw RpcError.Invalid("deployment name cannot be empty");
        return engine.Deployments.Find(ns, name) ?? throw RpcError.NotFound("Worker Deployment not found");
    }

    private (DeploymentRecord Deployment, DeploymentVersionRecord Version) Get(string ns, DeploymentVersion version)
    {
        engine.Namespaces.Get(ns);
        return engine.Deployments.Find(ns, version.Deployment) is { } d && d.Find(version.BuildId) is { } found
            ? (d, found) : throw RpcError.NotFound("Worker Deployment Version not found");
    }

    private ListWorkerDeploymentsResponse List(ListWorkerDeploymentsRequest r)
    {
        engine.Namespaces.Get(r.Namespace);
        var size = r.PageSize is > 0 and <= Limits.PageSize ? r.PageSize : Limits.PageSize;
        var after = r.NextPageToken.ToStringUtf8();
        var all = engine.Deployments.Of(r.Namespace).ToList();
        var rest = after.Length == 0 ? all : [.. all.SkipWhile(d => d.Name != after).Skip(1)];
        var page = rest.Take(size).ToList();
        return new ListWorkerDeploymentsResponse
        {
            WorkerDeployments = { page.Select(Summary) },
            NextPageToken = rest.Count > page.Count ? ByteString.CopyFromUtf8(page[^1].Name) : ByteString.Empty,
        };
    }

    private ListWorkerDeploymentsResponse.Types.WorkerDeploymentSummary Summary(DeploymentRecord d) => new()
    {
        Name = d.Name,
        CreateTime = d.CreateTime.Proto(),
        RoutingConfig = DeploymentInfos.Routing(d),
        LatestVersionSummary = d.Versions is [var latest, ..] ? DeploymentInfos.Summary(engine, d, latest) : null,
        CurrentVersionSummary = d.Find(d.CurrentBuild) is { } current
            ? DeploymentInfos.Summary(engine, d, current) : null,
        RampingVersionSummary = d.RampingBuild is { } build && d.Find(build) is { } ramping
            ? DeploymentInfos.Summary(engine, d, ramping) : null,
    };

    private DescribeWorkerDeploymentVersionResponse Describe(DescribeWorkerDeploymentVersionRequest r)
    {
        var version = DeploymentVersion.Parse(r.DeploymentVersion, r.Version);
        var (d, v) = Get(r.Namespace, version);
        var response = new DescribeWorkerDeploymentVersionResponse
        {
            WorkerDeploymentVersionInfo = DeploymentInfos.VersionInfo(engine, d, v),
        };
        foreach (var q in v.Queues)
        {
            var queue = new DescribeWorkerDeploymentVersionResponse.Types.VersionTaskQueue
            {
                Name = q.Name,
                Type = q.Type,
            };
            if (r.ReportTaskQueueStats)
            {
                queue.Stats = TaskQueueHandlers.Stats(engine.Matching.Find(r.Namespace, q.Name, q.Type, version));
                queue.StatsByPriorityKey[Matching.MatchItem.DefaultPriority] = queue.Stats;
            }

            response.VersionTaskQueues.Add(queue);
        }

        return response;
    }

    private Task<SetWorkerDeploymentCurrentVersionResponse> SetCurrent(
        SetWorkerDeploymentCurrentVersionRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var build = BuildOf(r.DeploymentName, r.BuildId, r.Version);
        var d = Changeable(r.Namespace, r.DeploymentName, r.ConflictToken, r.Identity);
        CheckTarget(d, build, "current", r.IgnoreMissingTaskQueues);
        var response = new SetWorkerDeploymentCurrentVersionResponse
        {
            PreviousVersion = d.CurrentBuild.Length > 0
                ? new DeploymentVersion(d.Name, d.CurrentBuild).DottedKey : DeploymentVersion.Unversioned,
            PreviousDeploymentVersion = d.CurrentBuild.Length > 0
                ? new DeploymentVersion(d.Name, d.CurrentBuild).Proto() : null,
        };
        DeploymentRouting.SetCurrent(tx, d, build, r.Identity);
        response.ConflictToken = Token(d);
        return response;
    });

    private Task<SetWorkerDeploymentRampingVersionResponse> SetRamping(
        SetWorkerDeploymentRampingVersionRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        if (r.Percentage is < 0 or > 100) throw RpcError.Invalid("Percentage must be between 0 and 100 (inclusive)");
        var build = BuildOf(r.DeploymentName, r.BuildId, r.Version);
        var d = Changeable(r.Namespace, r.DeploymentName, r.ConflictToken, r.Identity);
        var unset = build.Length == 0 && r.Percentage == 0;
        if (!unset && build == d.CurrentBuild)
            throw RpcError.Precondition(
                $"requested ramping version "
                    + $"{(build.Length > 0 ? new DeploymentVersion(d.Name, build).DottedKey : DeploymentVersion.Unversioned)} is already current");
        if (!unset) CheckTarget(d, build, "ramping", r.IgnoreMissingTaskQueues);
        var response = new SetWorkerDeploymentRampingVersionResponse
        {
            PreviousVersion = d.RampingBuild switch
            {
                null => "",
                "" => DeploymentVersion.Unversioned,
                var b =>
                new DeploymentVersion(d.Name, b).DottedKey
            },
            PreviousDeploymentVersion = d.RampingBuild is { Length: > 0 } before
                ? new DeploymentVersion(d.Name, before).Proto() : null,
            PreviousPercentage = d.RampingPercent,
        };
        DeploymentRouting.SetRamping(tx, d, unset ? null : build, r.Percentage, r.Identity);
        response.ConflictToken = Token(d);
        return response;
    });

    private Task<SetWorkerDeploymentManagerResponse> SetManager(
        SetWorkerDeploymentManagerRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var d = Known(r.Namespace, r.DeploymentName);
        CheckToken(d, r.ConflictToken);
        var response = new SetWorkerDeploymentManagerResponse { PreviousManagerIdentity = d.Manager };
        d.Manager = r.Self ? r.Identity : r.ManagerIdentity;
        d.LastModifier = r.Identity;
        d.Revision++;
        DeploymentService.Store(tx, d);
        response.ConflictToken = Token(d);
        return response;
    });

    private Task<UpdateWorkerDeploymentVersionMetadataResponse> UpdateMetadata(
        UpdateWorkerDeploymentVersionMetadataRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var (d, v) = Get(r.Namespace, DeploymentVersion.Parse(r.DeploymentVersion, r.Version));
        foreach (var (key, payload) in r.UpsertEntries) v.Metadata[key] = payload;
        foreach (var key in r.RemoveEntries) v.Metadata.Remove(key);
        DeploymentService.Store(tx, d);
        return new UpdateWorkerDeploymentVersionMetadataResponse { Metadata = new() { Entries = { v.Metadata } } };
    });

    private Task<DeleteWorkerDeploymentVersionResponse> DeleteVersion(
        DeleteWorkerDeploymentVersionRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var version = DeploymentVersion.Parse(r.DeploymentVersion, r.Version);
        var (d, v) = Get(r.Namespace, version);
        CheckManager(d, r.Identity);
        if (v.IsActive) throw RpcError.Precondition("Version cannot be deleted since it is current or ramping.");
        if (!r.SkipDrainage && DeploymentInfos.Status(engine, d, v) == WorkerDeploymentVersionStatus.Draining)
            throw RpcError.Precondition("Version cannot be deleted since it is draining.");
        if (v.Queues.Exists(
            q => engine.Matching.Find(r.Namespace, q.Name, q.Type, version)?.Seen(DateTime.UtcNow - PollerLife).Any()
                == true))
            throw RpcError.Precondition("Version cannot be deleted since it has active pollers.");
        d.Versions.Remove(v);
        DeploymentService.Store(tx, d);
        return new DeleteWorkerDeploymentVersionResponse();
    });

    private static string BuildOf(string deployment, string buildId, string version)
    {
        if (buildId.Length > 0 || version.Length == 0 || version == DeploymentVersion.Unversioned) return buildId;
        var parsed = DeploymentVersion.Parse(null, version);
        return parsed.Deployment == deployment
            ? parsed.BuildId : throw RpcError.Invalid($"version '{version}' is not of the deployment '{deployment}'");
    }

    private DeploymentRecord Known(string ns, string name)
    {
        engine.Namespaces.Get(ns);
        if (name.Length == 0) throw RpcError.Invalid("deployment name cannot be empty");
        return engine.Deployments.Find(ns, name)
            ?? throw RpcError.Precondition(
                $"no Worker Deployment found with name {name}; does your Worker Deployment have pollers?");
    }

    private DeploymentRecord Changeable(string ns, string name, ByteString token, string identity)
    {
        var d = Known(ns, name);
        CheckToken(d, token);
        CheckManager(d, identity);
        return d;
    }

    // Queues of the current version in which something is going on must not be left without a version by accident.
    private void CheckTarget(DeploymentRecord d, string build, string what, bool ignoreMissing)
    {
        if (build.Length == 0) return;
        var target = d.Find(build) ?? throw RpcError.NotFound("Version not found in deployment");
        if (ignoreMissing || d.Find(d.CurrentBuild) is not { } current) return;
        var version = new DeploymentVersion(d.Name, d.CurrentBuild);
        foreach (var queue in current.Queues.Where(q => !target.Has(q.Name, q.Type)))
        {
            if (engine.Matching.Find(d.Namespace, queue.Name, queue.Type, version) is not { } match
                || (match.Backlog == 0 && match.AddRate == 0)) continue;
            throw RpcError.Precondition(
                $"proposed {what} version is missing active task queues from the current version; "
                + $"these would become unversioned if it is set as the {what} version");
        }
    }

    private static void CheckManager(DeploymentRecord d, string identity)
    {
        if (d.Manager.Length > 0 && d.Manager != identity)
        {
            throw RpcError.Precondition(
                $"ManagerIdentity '{d.Manager}' is set and does not match user identity '{identity}'; "
                + "to proceed, set your own identity as the ManagerIdentity, remove the ManagerIdentity, or wait for "
                + "the other client to do so");
        }
    }

    private static void CheckToken(DeploymentRecord d, ByteString token)
    {
        if (!token.IsEmpty && token != Token(d)) throw RpcError.Precondition("conflict token mismatch");
    }

    private static ByteString Token(DeploymentRecord d)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, d.Revision);
        return ByteString.CopyFrom(bytes);
    }
}
