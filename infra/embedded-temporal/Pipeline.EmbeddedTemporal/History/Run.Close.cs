using Temporalio.Api.Command.V1;
using Temporalio.Api.Sdk.V1;

namespace Pipeline.EmbeddedTemporal.History;

// The ways a run ends.
internal sealed partial class Run
{
    public void Complete(Tx tx, Payloads? result, long completedId, UserMetadata? metadata)
    {
        var backoff = CronBackoff(tx);
        var newRunId = backoff is null ? "" : Guid.NewGuid().ToString();
        Close(tx, WorkflowExecutionStatus.Completed, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionCompleted,
            UserMetadata = metadata,
            WorkflowExecutionCompletedEventAttributes = new WorkflowExecutionCompletedEventAttributes
            {
                Result = result,
                WorkflowTaskCompletedEventId = completedId,
                NewExecutionRunId = newRunId,
            },
        }, newRunId);
        if (backoff is { } wait) WorkflowStarter.NextCron(tx, this, newRunId, wait, result, failure: null);
    }

    // How long the next cron run would wait; null when there is none.
    private TimeSpan? CronBackoff(Tx tx)
    {
        if (State.CronSchedule.Length == 0) return null;
        var backoff =
            Schedules.WorkflowCron.Backoff(State.CronSchedule, State.StartTime.After(State.FirstTaskBackoff), tx.Now);
        return backoff is { } wait && State.ExecutionExpiration is { } end && tx.Now.After(wait) > end ? null : backoff;
    }

    public void Fail(Tx tx, ApiFailure.Failure failure, long completedId, UserMetadata? metadata)
    {
        var retry = WorkflowRetry.Decide(this, tx.Now, failure, out var delay);
        var cron = retry == RetryState.InProgress ? null : CronBackoff(tx);
        var newRunId = retry == RetryState.InProgress || cron is not null ? Guid.NewGuid().ToString() : "";
        Close(tx, WorkflowExecutionStatus.Failed, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionFailed,
            UserMetadata = metadata,
            WorkflowExecutionFailedEventAttributes = new WorkflowExecutionFailedEventAttributes
            {
                Failure = failure,
                RetryState = retry,
                WorkflowTaskCompletedEventId = completedId,
                NewExecutionRunId = newRunId,
            },
        }, newRunId);
        if (cron is { } wait) WorkflowStarter.NextCron(tx, this, newRunId, wait, result: null, failure);
        else if (newRunId.Length > 0) WorkflowStarter.Retry(tx, this, newRunId, failure, delay);
    }

    public void Cancel(Tx tx, Payloads? details, long completedId, UserMetadata? metadata) =>
        Close(tx, WorkflowExecutionStatus.Canceled, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionCanceled,
            UserMetadata = metadata,
            WorkflowExecutionCanceledEventAttributes = new WorkflowExecutionCanceledEventAttributes
            {
                WorkflowTaskCompletedEventId = completedId,
                Details = details,
            },
        });

    public void ContinueAsNew(Tx tx, ContinueAsNewWorkflowExecutionCommandAttributes a, long completedId)
    {
        var newRunId = Guid.NewGuid().ToString();
        var queue = a.TaskQueue?.Name is { Length: > 0 } name ? name : State.TaskQueue;
        var e = new WorkflowExecutionContinuedAsNewEventAttributes
        {
            NewExecutionRunId = newRunId,
            WorkflowType = a.WorkflowType ?? new WorkflowType { Name = State.Type },
            TaskQueue = new TaskQueue { Name = queue, Kind = TaskQueueKind.Normal },
            Input = a.Input,
            WorkflowRunTimeout = a.WorkflowRunTimeout ?? State.RunTimeout.Proto(),
            WorkflowTaskTimeout = a.WorkflowTaskTimeout.Span() > TimeSpan.Zero
                ? a.WorkflowTaskTimeout : State.TaskTimeout.Proto(),
            WorkflowTaskCompletedEventId = completedId,
            BackoffStartInterval = a.BackoffStartInterval,
            Initiator = a.Initiator,
            Header = a.Header,
            Memo = a.Memo ?? (State.Memo.Fields.Count > 0 ? State.Memo : null),
            SearchAttributes = a.SearchAttributes is null
                ? null : Visibility.SearchAttributeChecks.WithTypes(NamespaceEntry, a.SearchAttributes),
            InheritBuildId = a.InheritBuildId,
        };
        Close(tx, WorkflowExecutionStatus.ContinuedAsNew, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionContinuedAsNew,
            WorkflowExecutionContinuedAsNewEventAttributes = e,
        }, newRunId);
        WorkflowStarter.Continue(tx, this, newRunId, e, a.RetryPolicy);
    }

    // Children initiated up to the given event live on: a reset run takes them over.
    public void Terminate(Tx tx, string reason, Payloads? details, string identity, long keepChildrenUpTo = 0)
    {
        tx.Touch(this);
        if (State.Task is { } task)
        {
            State.Task = null;
            if (task.Kind == WorkflowTaskKind.Normal && task.IsStarted) FlushBuffered(tx);
        }

        Close(tx, WorkflowExecutionStatus.Terminated, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionTerminated,
            WorkflowExecutionTerminatedEventAttributes = new WorkflowExecutionTerminatedEventAttributes
            {
                Reason = reason,
                Details = details,
                Identity = identity,
            },
        }, keepChildrenUpTo: keepChildrenUpTo);
    }

    private void TimeOutRun(Tx tx, bool executionExpired)
    {
        tx.Touch(this);
        var failure = TimeoutFailure("workflow timeout", TimeoutType.StartToClose, null);
        var delay = TimeSpan.Zero;
        var retry = executionExpired ? RetryState.Timeout : WorkflowRetry.Decide(this, tx.Now, failure, out delay);
        var cron = retry == RetryState.InProgress || executionExpired ? null : CronBackoff(tx);
        var newRunId = retry == RetryState.InProgress || cron is not null ? Guid.NewGuid().ToString() : "";
        State.Task = null;
        FlushBuffered(tx);
        Close(tx, WorkflowExecutionStatus.TimedOut, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionTimedOut,
            WorkflowExecutionTimedOutEventAttributes = new WorkflowExecutionTimedOutEventAttributes
            {
                RetryState = retry,
                NewExecutionRunId = newRunId,
            },
        }, newRunId);
        if (cron is { } wait) WorkflowStarter.NextCron(tx, this, newRunId, wait, result: null, failure);
        else if (newRunId.Length > 0) WorkflowStarter.Retry(tx, this, newRunId, failure, delay);
    }

    private void Close(
        Tx tx, WorkflowExecutionStatus status, HistoryEvent close, string newRunId = "", long keepChildrenUpTo = 0)
    {
        Append(tx, close);
        State.Status = status;
        State.CloseTime = tx.Now;
        State.NewRunId = newRunId;
        State.Task = null;
        // The next run may be reset to points of this one as long as this one is kept.
        if (newRunId.Length > 0) foreach (var point in State.ResetPoints.Points.Where(p => p.RunId == State.RunId))
            point.ExpireTime = tx.Now.After(NamespaceEntry.Retention).Proto();
        Engine.Runs.Closed(tx, this);
        ApplyParentClosePolicies(tx, keepChildrenUpTo);
        ClearPending();
        AbortUpdates(continues: newRunId.Length > 0);
        ResendQueries();
        DispatchWaitingQueries(tx);
        if (newRunId.Length == 0 && State.ScheduleId.Length > 0)
            tx.Defer(() => Engine.Schedules.OnClosed(tx, this, close));
        if (newRunId.Length > 0 || State.ParentRunId.Length == 0) return;
        var parentRunId = State.ParentRunId;
        tx.Defer(() => Engine.Runs.FindOpenParent(parentRunId)?.OnChildClosed(tx, this, close));
    }

    private void ClearPending()
    {
        foreach (var id in Activities.Keys) Mark(ActivityKind, id);
        foreach (var id in Timers.Keys) Mark(TimerItem, id);
        foreach (var id in Children.Keys) Mark(ChildKind, id);
        foreach (var id in SignalExternals.Keys) Mark(SignalExternalKind, id);
        foreach (var id in CancelExternals.Keys) Mark(CancelExternalKind, id);
        Activities.Clear();
        Timers.Clear();
        Children.Clear();
        SignalExternals.Clear();
        CancelExternals.Clear();
    }
}
