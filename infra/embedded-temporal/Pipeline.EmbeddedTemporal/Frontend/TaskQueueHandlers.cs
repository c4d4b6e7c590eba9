using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.TaskQueue.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Task queues: who polls them and what waits in them.
internal sealed class TaskQueueHandlers(Engine engine)
{
    private const string Unversioned = "__unversioned__";
    private const float DefaultRate = 4000;
    private static readonly TimeSpan PollerLife = TimeSpan.FromMinutes(5);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<DescribeTaskQueueRequest, DescribeTaskQueueResponse>("DescribeTaskQueue", r => engine.Read(() => Describe(r)))
        .On<ListTaskQueuePartitionsRequest, ListTaskQueuePartitionsResponse>("ListTaskQueuePartitions", r => new ListTaskQueuePartitionsResponse
        {
            ActivityTaskQueuePartitions = { new TaskQueuePartitionMetadata { Key = r.TaskQueue?.Name ?? "", OwnerHostName = engine.Options.Address } },
            WorkflowTaskQueuePartitions = { new TaskQueuePartitionMetadata { Key = r.TaskQueue?.Name ?? "", OwnerHostName = engine.Options.Address } },
        })
        .On<GetWorkerBuildIdCompatibilityRequest, GetWorkerBuildIdCompatibilityResponse>("GetWorkerBuildIdCompatibility", _ => new GetWorkerBuildIdCompatibilityResponse())
        .On<GetWorkerVersioningRulesRequest, GetWorkerVersioningRulesResponse>("GetWorkerVersioningRules", _ => new GetWorkerVersioningRulesResponse())
        .On<GetWorkerTaskReachabilityRequest, GetWorkerTaskReachabilityResponse>("GetWorkerTaskReachability", _ => new GetWorkerTaskReachabilityResponse());

    private DescribeTaskQueueResponse Describe(DescribeTaskQueueRequest r)
    {
        engine.Namespaces.Get(r.Namespace);
        if (string.IsNullOrEmpty(r.TaskQueue?.Name)) throw RpcError.Invalid("missing task queue name");
        var name = r.TaskQueue.Name;
        if (r.ApiMode == DescribeTaskQueueMode.Enhanced) return Enhanced(r, name);
        var type = r.TaskQueueType == TaskQueueType.Activity ? TaskQueueType.Activity : TaskQueueType.Workflow;
        var queue = engine.Matching.Find(r.Namespace, name, type);
        var response = new DescribeTaskQueueResponse
        {
            VersioningInfo = new TaskQueueVersioningInfo { CurrentVersion = Unversioned },
            EffectiveRateLimit = new DescribeTaskQueueResponse.Types.EffectiveRateLimit
            {
                RequestsPerSecond = (float?)queue?.RatePerSecond ?? DefaultRate,
                RateLimitSource = queue?.RatePerSecond is null ? RateLimitSource.System : RateLimitSource.Worker,
            },
        };
        if (queue is not null) response.Pollers.Add(Pollers(queue));
        if (r.ReportStats) response.Stats = Stats(queue);
        if (r.IncludeTaskQueueStatus) response.TaskQueueStatus = new TaskQueueStatus { BacklogCountHint = queue?.ValidBacklog.Count() ?? 0 };
        return response;
    }

    private DescribeTaskQueueResponse Enhanced(DescribeTaskQueueRequest r, string name)
    {
        var info = new TaskQueueVersionInfo();
        IEnumerable<TaskQueueType> types = r.TaskQueueTypes.Count > 0 ? r.TaskQueueTypes : [TaskQueueType.Workflow, TaskQueueType.Activity];
        foreach (var type in types)
        {
            var queue = engine.Matching.Find(r.Namespace, name, type);
            var typed = new TaskQueueTypeInfo();
            if (r.ReportPollers && queue is not null) typed.Pollers.Add(Pollers(queue));
            if (r.ReportStats) typed.Stats = Stats(queue);
            info.TypesInfo[(int)type] = typed;
        }

        if (r.ReportTaskReachability) info.TaskReachability = BuildIdTaskReachability.Reachable;
        return new DescribeTaskQueueResponse { VersionsInfo = { [""] = info } };
    }

    private static IEnumerable<PollerInfo> Pollers(MatchQueue queue) => queue.Seen(DateTime.UtcNow - PollerLife);

    private static TaskQueueStats Stats(MatchQueue? queue)
    {
        var waiting = queue?.ValidBacklog.ToList() ?? [];
        var age = waiting.Count == 0 ? TimeSpan.Zero : DateTime.UtcNow - waiting.Min(i => i.Added);
        return new TaskQueueStats
        {
            ApproximateBacklogCount = waiting.Count,
            ApproximateBacklogAge = age.Proto(),
            TasksAddRate = queue?.AddRate ?? 0,
            TasksDispatchRate = queue?.DispatchRate ?? 0,
        };
    }
}
