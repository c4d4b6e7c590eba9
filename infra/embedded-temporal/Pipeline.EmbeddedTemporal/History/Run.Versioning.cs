using Pipeline.EmbeddedTemporal.Deployments;
using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.Workflow.V1;

namespace Pipeline.EmbeddedTemporal.History;

// The worker deployment version that this run belongs to, and the one its next task goes to.
internal sealed partial class Run
{
    // The search attributes that say which version a run belongs to; a new run earns its own.
    public static readonly IReadOnlyList<string> VersionAttributes =
        [BuildIdAttributes.Name, "TemporalWorkerDeployment", "TemporalWorkerDeploymentVersion",
            "TemporalWorkflowVersioningBehavior"];

    // Activities that wait until the run has arrived at the version they would start on.
    private readonly List<ActivityState> _held = [];

    public VersioningBehavior Behavior => State.Override?.OverrideCase switch
    {
        VersioningOverride.OverrideOneofCase.Pinned => VersioningBehavior.Pinned,
        VersioningOverride.OverrideOneofCase.AutoUpgrade => VersioningBehavior.AutoUpgrade,
        _ => State.Versioning == VersioningBehavior.Unspecified && State.InheritedVersion is not null
            && State.LastCompletedStartedId == 0
            ? VersioningBehavior.Pinned : State.Versioning,
    };

    public DeploymentVersion? PinnedVersion => Behavior != VersioningBehavior.Pinned ? null
        : DeploymentVersion.Of(State.Override?.Pinned?.Version) ?? State.Version ?? State.InheritedVersion;

    // Where the next workflow task goes; null for unversioned workers.
    public DeploymentVersion? TaskVersion =>
        PinnedVersion
            ?? Engine.Deployments.Route(State.Namespace, State.TaskQueue, TaskQueueType.Workflow, State.WorkflowId);

    public DeploymentVersion? ActivityVersion(string queue) =>
        PinnedVersion is { } pinned && Engine.Deployments.Has(State.Namespace, pinned, queue, TaskQueueType.Activity)
            ? pinned : Engine.Deployments.Route(State.Namespace, queue, TaskQueueType.Activity, State.WorkflowId);

    // The version that a new run of this one inherits: children and continuations of a pinned run stay with it.
    public DeploymentVersion? Inheritable(string queue) =>
        PinnedVersion is { } pinned && Engine.Deployments.Has(State.Namespace, pinned, queue, TaskQueueType.Workflow)
            ? pinned : null;

    public VersioningOverride? InheritableOverride(string queue) =>
        State.Override is { } given && (given.Pinned is null || Inheritable(queue) is not null) ? given : null;

    public void ChangeOverride(Tx tx, VersioningOverride? wanted, string identity)
    {
        if (Equals(wanted, State.Override)) return;
        var (before, sticky) = (TaskVersion, State.StickyQueue);
        State.Override = wanted;
        var e = new WorkflowExecutionOptionsUpdatedEventAttributes
        {
            VersioningOverride = wanted,
            UnsetVersioningOverride = wanted is null,
            Identity = identity,
        };
        Append(tx,
            new HistoryEvent
            {
                EventType = EventType.WorkflowExecutionOptionsUpdated,
                WorkerMayIgnore = true,
                WorkflowExecutionOptionsUpdatedEventAttributes = e,
            });
        ShowVersion();
        if (before == TaskVersion) return;
        ClearSticky();
        tx.Defer(() =>
        {
            if (sticky.Length > 0) Engine.Matching.Reroute(tx, State.Namespace, sticky, TaskQueueType.Workflow);
            Engine.Matching.Reroute(tx, State.Namespace, State.TaskQueue, TaskQueueType.Workflow);
            foreach (var queue in Activities.Values.Select(a => a.TaskQueue).Distinct().ToList())
                Engine.Matching.Reroute(tx, State.Namespace, queue, TaskQueueType.Activity);
        });
    }

    // A start request that settled for this run leaves what it asked for; the same request leaves it once.
    public void Attach(
        Tx tx, Temporalio.Api.Workflow.V1.OnConflictOptions options, string requestId, IEnumerable<Link> links)
    {
        if (options is { AttachRequestId: false, AttachLinks: false }) return;
        var attached = options.AttachRequestId ? requestId : "";
        if (attached.Length > 0
            && !State.RequestIds.TryAdd(attached, new RequestIdRecord(EventType.WorkflowExecutionOptionsUpdated, 0)))
            return;
        Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionOptionsUpdated,
            WorkerMayIgnore = true,
            Links = { options.AttachLinks ? links : [] },
            WorkflowExecutionOptionsUpdatedEventAttributes = new WorkflowExecutionOptionsUpdatedEventAttributes
            {
                AttachedRequestId = attached,
            },
        });
    }

    // A started task of another version is the way there.
    private void BeginTransition(WorkerIdentity worker) =>
        State.TransitionTo = Behavior == VersioningBehavior.Pinned || worker.Version == State.Version
            ? null : worker.Version;

    private void ArriveAt(Tx tx, DeploymentVersion? version, VersioningBehavior behavior)
    {
        State.TransitionTo = null;
        State.Version = version;
        State.Versioning = version is null ? VersioningBehavior.Unspecified : behavior;
        ShowVersion();
        if (_held.Count == 0) return;
        var held = _held.ToList();
        _held.Clear();
        foreach (var activity in held) OfferActivity(tx, activity);
    }

    // Auto-upgrading runs change their version with a workflow task, never with an activity.
    private bool WaitsForTransition(ActivityState activity) =>
        Behavior == VersioningBehavior.AutoUpgrade && State.Version is { } mine
            && ActivityVersion(activity.TaskQueue) is { } target
        && target.Deployment == mine.Deployment && target != mine;

    private void HoldForTransition(Tx tx, ActivityState activity)
    {
        if (!_held.Contains(activity)) _held.Add(activity);
        if (State.Task is null) ClearSticky();
        ScheduleTask(tx);
    }

    // What lists can be filtered by.
    private void ShowVersion()
    {
        var fields = State.SearchAttributes.IndexedFields;
        var version = PinnedVersion ?? State.Version;
        Show("TemporalWorkerDeployment", version?.Deployment);
        Show("TemporalWorkerDeploymentVersion", version?.Key);
        Show("TemporalWorkflowVersioningBehavior",
            Behavior == VersioningBehavior.Unspecified ? null : Behavior.ToString());
        BuildIdAttributes.SetPinned(State, PinnedVersion?.Key);

        void Show(string name, string? value)
        {
            if (value is null) fields.Remove(name);
            else fields[name] = Visibility.AttributeJson.Keyword(value);
        }
    }
}
