using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Matching;

// Something a poller can be given. It stays valid only as long as its owner says so.
internal abstract class MatchItem
{
    // The smaller the earlier; 3 is the middle of the default range 1..5.
    public virtual int Priority => 3;

    public abstract string Namespace { get; }

    public abstract string Queue { get; }

    public abstract TaskQueueType Type { get; }

    public DateTime Added { get; } = DateTime.UtcNow;

    public abstract bool IsValid { get; }

    // Starts the task for the poller. Only called while IsValid.
    public abstract object Start(Tx tx, Poller poller);
}

internal sealed class WorkflowTaskItem(Run run, long stamp, string stickyQueue) : MatchItem
{
    public override string Namespace => run.State.Namespace;

    public override string Queue => stickyQueue.Length > 0 && run.Engine.Matching.HasStickyPoller(run.State.Namespace, stickyQueue)
        ? stickyQueue
        : run.State.TaskQueue;

    public override TaskQueueType Type => TaskQueueType.Workflow;

    public override int Priority => run.State.Priority?.PriorityKey is > 0 and var key ? key : 3;

    public override bool IsValid => run.IsOpen && run.State.Task is { IsStarted: false } task && task.Stamp == stamp;

    public override object Start(Tx tx, Poller poller) => run.StartTask(tx, poller.Worker, !poller.IsSticky);
}

internal sealed class ActivityTaskItem(Run run, ActivityState activity) : MatchItem
{
    private readonly long _stamp = activity.Stamp;
    private readonly string _queue = activity.TaskQueue;

    public override string Namespace => run.State.Namespace;

    public override string Queue => _queue;

    public override TaskQueueType Type => TaskQueueType.Activity;

    public override int Priority => (activity.Priority ?? run.State.Priority)?.PriorityKey is > 0 and var key ? key : 3;

    public override bool IsValid => run.CanStart(activity, _stamp);

    public override object Start(Tx tx, Poller poller) => run.StartActivity(tx, activity, poller.Worker);
}

internal sealed class QueryItem(Run run, string queryId, Temporalio.Api.Query.V1.WorkflowQuery query, string stickyQueue) : MatchItem
{
    public override string Namespace => run.State.Namespace;

    public override string Queue => stickyQueue.Length > 0 ? stickyQueue : run.State.TaskQueue;

    public override TaskQueueType Type => TaskQueueType.Workflow;

    // Somebody is waiting for the answer.
    public override int Priority => 0;

    public override bool IsValid => run.Engine.DirectQueries.ContainsKey(queryId);

    public override object Start(Tx tx, Poller poller) => WorkflowTaskReplies.OfQuery(run, queryId, query, !poller.IsSticky);
}
