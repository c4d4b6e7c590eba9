using Pipeline.EmbeddedTemporal.Deployments;
using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Matching;

// Something a poller can be given. It stays valid only as long as its owner says so.
internal abstract class MatchItem
{
    // The middle of the default range 1..5.
    public const int DefaultPriority = 3;

    // The smaller the earlier.
    public virtual int Priority => DefaultPriority;

    // Tasks of one priority take turns by this key; those without one share a turn.
    public virtual string FairnessKey => "";

    // How many turns its key has where others have one.
    public virtual float FairnessWeight => 1;

    // 0 stands for the default of 1; the range is the real server's.
    protected static float WeightOf(Temporalio.Api.Common.V1.Priority? priority) =>
        priority?.FairnessWeight is > 0 and var weight ? Math.Clamp(weight, 0.001f, 1000) : 1;

    public abstract string Namespace { get; }

    public abstract string Queue { get; }

    public abstract TaskQueueType Type { get; }

    // The worker deployment version whose pollers may have it; null for unversioned workers and sticky queues.
    public virtual DeploymentVersion? Version => null;

    public DateTime Added { get; } = DateTime.UtcNow;

    public abstract bool IsValid { get; }

    // Starts the task for the poller. Only called while IsValid.
    public abstract object Start(Tx tx, Poller poller);

    // Looks for a queue again after the routing changed.
    public virtual void Reoffer(Tx tx, MatchingService matching) => matching.Offer(tx, this);
}

internal sealed class WorkflowTaskItem(Run run, long stamp, string stickyQueue) : MatchItem
{
    public override string Namespace => run.State.Namespace;

    // The worker that has the run cached, as long as it polls and the run stays with its version.
    public override string Queue => IsSticky ? stickyQueue : run.State.TaskQueue;

    public override DeploymentVersion? Version => IsSticky ? null : run.TaskVersion;

    public override TaskQueueType Type => TaskQueueType.Workflow;

    public override int Priority => run.State.Priority?.PriorityKey is > 0 and var key ? key : DefaultPriority;

    public override string FairnessKey => run.State.Priority?.FairnessKey ?? "";

    public override float FairnessWeight => WeightOf(run.State.Priority);

    private bool IsSticky => stickyQueue.Length > 0 && run.State.StickyQueue == stickyQueue
        && run.Engine.Matching.HasStickyPoller(run.State.Namespace, stickyQueue)
        && run.TaskVersion == run.State.Version;

    public override bool IsValid => run is { IsOpen: true, IsDiscarded: false }
        && run.State.Task is { IsStarted: false } task && task.Stamp == stamp;

    public override object Start(Tx tx, Poller poller) => run.StartTask(tx, poller.Worker, !poller.IsSticky);
}

internal sealed class ActivityTaskItem(Run run, ActivityState activity) : MatchItem
{
    private readonly long _stamp = activity.Stamp;
    private readonly string _queue = activity.TaskQueue;

    public override string Namespace => run.State.Namespace;

    public override string Queue => _queue;

    public override TaskQueueType Type => TaskQueueType.Activity;

    public override DeploymentVersion? Version => run.ActivityVersion(_queue);

    public override int Priority => Wanted?.PriorityKey is > 0 and var key ? key : DefaultPriority;

    public override string FairnessKey => Wanted?.FairnessKey ?? "";

    public override float FairnessWeight => WeightOf(Wanted);

    private Temporalio.Api.Common.V1.Priority? Wanted => activity.Priority ?? run.State.Priority;

    public override bool IsValid => run.CanStart(activity, _stamp);

    public override object Start(Tx tx, Poller poller) => run.StartActivity(tx, activity, poller.Worker);

    // An activity of a run that changes its version waits until the run has arrived there.
    public override void Reoffer(Tx tx, MatchingService matching)
    {
        if (IsValid) run.OfferActivity(tx, activity);
    }
}

internal sealed class QueryItem(DirectQuery query, int offer, string stickyQueue) : MatchItem
{
    private readonly Run _run = query.Run;

    public override string Namespace => _run.State.Namespace;

    public override string Queue => IsSticky ? stickyQueue : _run.State.TaskQueue;

    public override DeploymentVersion? Version => IsSticky ? null : _run.TaskVersion;

    public override TaskQueueType Type => TaskQueueType.Workflow;

    private bool IsSticky => stickyQueue.Length > 0 && _run.TaskVersion == _run.State.Version;

    // Somebody is waiting for the answer.
    public override int Priority => 0;

    public override bool IsValid => query.Waits(offer);

    public override object Start(Tx tx, Poller poller)
    {
        query.Take();
        return WorkflowTaskReplies.OfQuery(_run, query.Id, query.Query, !poller.IsSticky);
    }

    // Its queue was closed because the worker behind it went away.
    public override void Reoffer(Tx tx, MatchingService matching) => query.Offer(tx, maySticky: false);
}
