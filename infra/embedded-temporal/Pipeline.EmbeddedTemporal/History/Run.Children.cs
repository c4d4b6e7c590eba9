using Temporalio.Api.Command.V1;
using Temporalio.Api.Sdk.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Child workflows as their parent sees them.
internal sealed partial class Run
{
    public void InitiateChild(
        Tx tx, StartChildWorkflowExecutionCommandAttributes a, long completedId, UserMetadata? metadata)
    {
        var ns = a.Namespace.Length > 0 ? a.Namespace : State.Namespace;
        var queue = a.TaskQueue?.Name is { Length: > 0 } name ? name : State.TaskQueue;
        var initiated = new StartChildWorkflowExecutionInitiatedEventAttributes
        {
            Namespace = ns,
            NamespaceId = Engine.Namespaces.Find(ns)?.Id ?? "",
            WorkflowId = a.WorkflowId,
            WorkflowType = a.WorkflowType,
            TaskQueue = new TaskQueue { Name = queue, Kind = TaskQueueKind.Normal },
            Input = a.Input,
            WorkflowExecutionTimeout = a.WorkflowExecutionTimeout,
            WorkflowRunTimeout = a.WorkflowRunTimeout ?? new Duration(),
            WorkflowTaskTimeout = TaskTimeoutOf(a.WorkflowTaskTimeout, a.WorkflowRunTimeout).Proto(),
            ParentClosePolicy = a.ParentClosePolicy == ParentClosePolicy.Unspecified
                ? ParentClosePolicy.Terminate : a.ParentClosePolicy,
            Control = a.Control,
            WorkflowTaskCompletedEventId = completedId,
            WorkflowIdReusePolicy = a.WorkflowIdReusePolicy == WorkflowIdReusePolicy.Unspecified
                ? WorkflowIdReusePolicy.AllowDuplicate : a.WorkflowIdReusePolicy,
            CronSchedule = a.CronSchedule,
            RetryPolicy = a.RetryPolicy is null ? null : RetryPolicies.WithDefaults(a.RetryPolicy),
            Header = a.Header,
            Memo = a.Memo,
            SearchAttributes = a.SearchAttributes is null
                ? null : Visibility.SearchAttributeChecks.WithTypes(NamespaceEntry, a.SearchAttributes),
            InheritBuildId = a.InheritBuildId,
            Priority = a.Priority,
        };
        var id = Append(tx, new HistoryEvent
        {
            EventType = EventType.StartChildWorkflowExecutionInitiated,
            UserMetadata = metadata,
            StartChildWorkflowExecutionInitiatedEventAttributes = initiated,
        });
        Children[id] = new ChildState
        {
            InitiatedId = id,
            Namespace = ns,
            WorkflowId = a.WorkflowId,
            Type = a.WorkflowType.Name,
            ParentClosePolicy = initiated.ParentClosePolicy,
        };
        Mark(ChildKind, id);
        tx.Defer(() => StartChild(tx, id, initiated, metadata));
    }

    public static TimeSpan TaskTimeoutOf(Duration? asked, Duration? runTimeout)
    {
        var timeout = asked.Span() > TimeSpan.Zero
            ? Times.Min(asked.Span(), Limits.MaxTaskTimeout) : Limits.DefaultTaskTimeout;
        return runTimeout.Span() > TimeSpan.Zero ? Times.Min(timeout, runTimeout.Span()) : timeout;
    }

    private void StartChild(
        Tx tx, long initiatedId, StartChildWorkflowExecutionInitiatedEventAttributes a, UserMetadata? metadata)
    {
        if (!State.IsOpen || !Children.TryGetValue(initiatedId, out var child)) return;
        var cause = Engine.Namespaces.Find(a.Namespace) is null
            ? StartChildWorkflowExecutionFailedCause.NamespaceNotFound
            : WorkflowStarter.AllowsChild(Engine, a) ? StartChildWorkflowExecutionFailedCause.Unspecified
            : StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists;
        if (cause != StartChildWorkflowExecutionFailedCause.Unspecified)
        {
            Children.Remove(initiatedId);
            Mark(ChildKind, initiatedId);
            Append(tx, new HistoryEvent
            {
                EventType = EventType.StartChildWorkflowExecutionFailed,
                StartChildWorkflowExecutionFailedEventAttributes = new StartChildWorkflowExecutionFailedEventAttributes
                {
                    Namespace = a.Namespace,
                    NamespaceId = a.NamespaceId,
                    WorkflowId = a.WorkflowId,
                    WorkflowType = a.WorkflowType,
                    Cause = cause,
                    InitiatedEventId = initiatedId,
                },
            });
            ScheduleTask(tx);
            return;
        }

        var run = WorkflowStarter.StartChild(tx, this, initiatedId, a, metadata);
        Transit(tx);
        child.RunId = run.State.RunId;
        Mark(ChildKind, initiatedId);
        child.StartedId = Append(tx, new HistoryEvent
        {
            EventType = EventType.ChildWorkflowExecutionStarted,
            ChildWorkflowExecutionStartedEventAttributes = new ChildWorkflowExecutionStartedEventAttributes
            {
                Namespace = a.Namespace,
                NamespaceId = a.NamespaceId,
                InitiatedEventId = initiatedId,
                WorkflowExecution = run.Execution,
                WorkflowType = a.WorkflowType,
                Header = a.Header,
            },
        });
        ScheduleTask(tx);
        WorkflowStarter.Launch(tx, run);
    }

    // Records the end of the last run of a child.
    public void OnChildClosed(Tx tx, Run run, HistoryEvent close)
    {
        if (!State.IsOpen || !Children.Remove(run.State.ParentInitiatedId, out var child)) return;
        Mark(ChildKind, child.InitiatedId);
        var e = ChildEvents.Closed(child, run, close, Engine.Namespaces.Find(child.Namespace)?.Id ?? "");
        Append(tx, e);
        ScheduleTask(tx);
    }

    private void ApplyParentClosePolicies(Tx tx, long keepUpTo)
    {
        foreach (var child in Children.Values.Where(c => c.InitiatedId > keepUpTo).ToList())
        {
            if (child.RunId.Length == 0
                || Engine.Runs.FindCurrent(child.Namespace, child.WorkflowId) is not { IsOpen: true } run
                || run.State.FirstRunId != child.RunId) continue;
            if (child.ParentClosePolicy == ParentClosePolicy.Terminate)
                tx.Defer(() => { if (run.IsOpen) run.Terminate(tx, "by parent close policy", null, ServerIdentity); });
            else if (child.ParentClosePolicy == ParentClosePolicy.RequestCancel)
                tx.Defer(() => { if (run.IsOpen) run.RequestCancel(tx, "", ServerIdentity, "", Execution); });
        }
    }
}
