using Pipeline.EmbeddedTemporal.Deployments;
using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.TaskQueue.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Task queues: who polls them and what waits in them.
internal sealed class TaskQueueHandlers(Engine engine)
{
    private const float DefaultRate = 4000;
    private static readonly TimeSpan PollerLife = TimeSpan.FromMinutes(5);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<DescribeTaskQueueRequest, DescribeTaskQueueResponse>(
            "DescribeTaskQueue", r => engine.Read(() => Describe(r)))
        .On<ListTaskQueuePartitionsRequest, ListTaskQueuePartitionsResponse>(
            "ListTaskQueuePartitions", r => new ListTaskQueuePartitionsResponse
            {
                ActivityTaskQueuePartitions =
                { new TaskQueuePartitionMetadata { Key = r.TaskQueue?.Name ?? "",
                    OwnerHostName = engine.Options.Address } },
                WorkflowTaskQueuePartitions =
                { new TaskQueuePartitionMetadata { Key = r.TaskQueue?.Name ?? "",
                    OwnerHostName = engine.Options.Address } },
            })
        .On<GetWorkerBuildIdCompatibilityRequest, GetWorkerBuildIdCompatibilityResponse>(
            "GetWorkerBuildIdCompatibility", _ => new GetWorkerBuildIdCompatibilityResponse())
        .On<GetWorkerVersioningRulesRequest, GetWorkerVersioningRulesResponse>(
            "GetWorkerVersioningRules", _ => new GetWorkerVersioningRulesResponse())
        .On<GetWorkerTaskReachabilityRequest, GetWorkerTaskReachabilityResponse>(
            "GetWorkerTaskReachability", _ => new GetWorkerTaskReachabilityResponse());

    private DescribeTaskQueueResponse Describe(DescribeTaskQueueRequest r)
    {
        engine.Namespaces.Get(r.Namespace);
        if (string.IsNullOrEmpty(r.TaskQueue?.Name)) throw RpcError.Invalid("missing task queue name");
        var name = r.TaskQueue.Name;
        if (r.ApiMode == DescribeTaskQueueMode.Enhanced) return Enhanced(r, name);
        var type = r.TaskQueueType == TaskQueueType.Activity ? TaskQueueType.Activity : TaskQueueType.Workflow;
        var queues = engine.Matching.FindAll(r.Namespace, name, type);
        var queue = queues.Find(q => q.RatePerSecond is not null);
        var response = new DescribeTaskQueueResponse
        {
            VersioningInfo = Versioning(r.Namespace, name, type),
            EffectiveRateLimit = new DescribeTaskQueueResponse.Types.EffectiveRateLimit
            {
                RequestsPerSecond = (float?)queue?.RatePerSecond ?? DefaultRate,
                RateLimitSource = queue?.RatePerSecond is null ? RateLimitSource.System : RateLimitSource.Worker,
            },
        };
        response.Pollers.Add(Pollers(queues));
        if (r.ReportStats) response.Stats = Stats(queues);
        if (r.IncludeTaskQueueStatus) response.TaskQueueStatus = new TaskQueueStatus
        {
            BacklogCountHint = queues.Sum(q => q.ValidBacklog.Count()),
        };
        return response;
    }

    private DescribeTaskQueueResponse Enhanced(DescribeTaskQueueRequest r, string name)
    {
        var info = new TaskQueueVersionInfo();
        IEnumerable<TaskQueueType> types = r.TaskQueueTypes.Count > 0
            ? r.TaskQueueTypes : [TaskQueueType.Workflow, TaskQueueType.Activity];
        foreach (var type in types)
        {
            var queues = engine.Matching.FindAll(r.Namespace, name, type);
            var typed = new TaskQueueTypeInfo();
            if (r.ReportPollers) typed.Pollers.Add(Pollers(queues));
            if (r.ReportStats) typed.Stats = Stats(queues);
            info.TypesInfo[(int)type] = typed;
        }

        if (r.ReportTaskReachability) info.TaskReachability = BuildIdTaskReachability.Reachable;
        return new DescribeTaskQueueResponse { VersionsInfo = { [""] = info } };
    }

    private TaskQueueVersioningInfo Versioning(string ns, string name, TaskQueueType type)
    {
        if (engine.Deployments.RoutingOf(ns, name, type) is not { } d) return new TaskQueueVersioningInfo
        {
            CurrentVersion = DeploymentVersion.Unversioned,
        };
        var routing = DeploymentInfos.Routing(d);
        return new TaskQueueVersioningInfo
        {
            CurrentVersion = routing.CurrentVersion,
            CurrentDeploymentVersion = routing.CurrentDeploymentVersion,
            RampingVersion = routing.RampingVersion,
            RampingDeploymentVersion = routing.RampingDeploymentVersion,
            RampingVersionPercentage = routing.RampingVersionPercentage,
            UpdateTime = d.RoutingChanged?.Proto(),
        };
    }

    private static IEnumerable<PollerInfo> Pollers(List<MatchQueue> queues) =>
        queues.SelectMany(q => q.Seen(DateTime.UtcNow - PollerLife)).OrderByDescending(p => p.LastAccessTime);

    public static TaskQueueStats Stats(MatchQueue? queue) => Stats(queue is null ? [] : [queue]);

    private static TaskQueueStats Stats(List<MatchQueue> queues)
    {
        var waiting = queues.SelectMany(q => q.ValidBacklog).ToList();
        var age = waiting.Count == 0 ? TimeSpan.Zero : DateTime.UtcNow - waiting.Min(i => i.Added);
        return new TaskQueueStats
        {
            ApproximateBacklogCount = waiting.Count,
            ApproximateBacklogAge = age.Proto(),
            TasksAddRate = queues.Sum(q => q.AddRate),
            TasksDispatchRate = queues.Sum(q => q.DispatchRate),
        };
    }
}
