using Pipeline.EmbeddedTemporal.Deployments;

namespace Pipeline.EmbeddedTemporal.History;

// Rebuilds the state of a run from events that another run recorded, for a reset.
internal sealed partial class Run
{
    // Copies the event as it is: same id, same time.
    public void Replay(Tx tx, HistoryEvent e)
    {
        tx.Touch(this);
        State.NextEventId = e.EventId + 1;
        Tail.Add(e);
        _unwritten.Add(e);
        State.HistorySize += e.CalculateSize();
        ReplayTask(tx, e);
        ReplayActivity(e);
        ReplayTimer(e);
        ReplayOther(e);
    }

    private void ReplayTask(Tx tx, HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.WorkflowTaskScheduled:
                var time = e.EventTime.ToDateTime();
                State.Task = new WorkflowTaskState
                {
                    ScheduledId = e.EventId,
                    Attempt = e.WorkflowTaskScheduledEventAttributes.Attempt,
                    ScheduledTime = time,
                    OriginalScheduledTime = time,
                    StartToClose = e.WorkflowTaskScheduledEventAttributes.StartToCloseTimeout.Span(),
                    Stamp = NextStamp(),
                };
                break;
            case EventType.WorkflowTaskStarted when State.Task is { } task:
                task.StartedId = e.EventId;
                task.StartedTime = e.EventTime.ToDateTime();
                task.BuildId = e.WorkflowTaskStartedEventAttributes.WorkerVersion?.BuildId ?? "";
                break;
            case EventType.WorkflowTaskCompleted when State.Task is { } task:
                State.Task = null;
                State.LastCompletedStartedId = task.StartedId;
                State.WorkerBuildId = task.BuildId;
                ArriveAt(tx, DeploymentVersion.Of(e.WorkflowTaskCompletedEventAttributes.DeploymentVersion),
                    e.WorkflowTaskCompletedEventAttributes.VersioningBehavior);
                BuildIdAttributes.Add(State, task.BuildId);
                AddResetPoint(tx, task, e.EventId);
                break;
            case EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut:
                State.Task = null;
                break;
        }
    }

    private void ReplayActivity(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.ActivityTaskScheduled:
                Activities[e.EventId] = ScheduledState(e);
                Mark(ActivityKind, e.EventId);
                break;
            case EventType.ActivityTaskStarted
                when Activities.TryGetValue(e.ActivityTaskStartedEventAttributes.ScheduledEventId, out var started):
                started.StartedId = e.EventId;
                started.StartWritten = started.IsStarted = true;
                started.StartedTime = e.EventTime.ToDateTime();
                started.Attempt = e.ActivityTaskStartedEventAttributes.Attempt;
                break;
            case EventType.ActivityTaskCancelRequested
                when Activities.TryGetValue(
                    e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId, out var cancelled):
                cancelled.CancelRequested = true;
                cancelled.CancelRequestedId = e.EventId;
                break;
            default:
                if (EventLinks.EndedActivity(e) is { } ended && Activities.TryGetValue(ended, out var activity))
                    RemoveActivity(activity);
                break;
        }
    }

    private ActivityState ScheduledState(HistoryEvent e)
    {
        var a = e.ActivityTaskScheduledEventAttributes;
        var time = e.EventTime.ToDateTime();
        return new ActivityState
        {
            ScheduledId = e.EventId,
            ActivityId = a.ActivityId,
            Type = a.ActivityType.Name,
            TaskQueue = a.TaskQueue.Name,
            ScheduleToClose = a.ScheduleToCloseTimeout.Span(),
            ScheduleToStart = a.ScheduleToStartTimeout.Span(),
            StartToClose = a.StartToCloseTimeout.Span(),
            Heartbeat = a.HeartbeatTimeout.Span(),
            RetryPolicy = a.RetryPolicy,
            RetryInterval = a.RetryPolicy.InitialInterval.Span(),
            Priority = a.Priority,
            FirstScheduledTime = time,
            ScheduledTime = time,
            Stamp = NextStamp(),
        };
    }

    private void ReplayTimer(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.TimerStarted:
                var a = e.TimerStartedEventAttributes;
                Timers[a.TimerId] = new TimerState
                {
                    TimerId = a.TimerId,
                    StartedId = e.EventId,
                    Due = e.EventTime.ToDateTime().After(a.StartToFireTimeout.Span()),
                };
                Mark(TimerItem, a.TimerId);
                break;
            case EventType.TimerFired:
                Timers.Remove(e.TimerFiredEventAttributes.TimerId);
                Mark(TimerItem, e.TimerFiredEventAttributes.TimerId);
                break;
            case EventType.TimerCanceled:
                Timers.Remove(e.TimerCanceledEventAttributes.TimerId);
                Mark(TimerItem, e.TimerCanceledEventAttributes.TimerId);
                break;
        }
    }

    private void ReplayOther(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.StartChildWorkflowExecutionInitiated:
                ReplayChild(e);
                break;
            case EventType.ChildWorkflowExecutionStarted
                when Children.TryGetValue(
                    e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId, out var child):
                child.StartedId = e.EventId;
                child.RunId = e.ChildWorkflowExecutionStartedEventAttributes.WorkflowExecution.RunId;
                break;
            case EventType.WorkflowExecutionSignaled:
                State.SignalCount++;
                break;
            case EventType.WorkflowExecutionCancelRequested:
                State.CancelRequested = true;
                break;
            case EventType.UpsertWorkflowSearchAttributes:
                Merge(e.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes.IndexedFields,
                    State.SearchAttributes.IndexedFields);
                break;
            case EventType.WorkflowPropertiesModified:
                Merge(e.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo.Fields, State.Memo.Fields);
                break;
            case EventType.WorkflowExecutionOptionsUpdated:
                var options = e.WorkflowExecutionOptionsUpdatedEventAttributes;
                if (options.VersioningOverride is not null || options.UnsetVersioningOverride)
                    State.Override = options.VersioningOverride;
                break;
            case EventType.WorkflowExecutionUpdateAdmitted:
                AdmitReapplied(e);
                break;
            case EventType.WorkflowExecutionUpdateAccepted:
                ReplayAcceptance(e);
                break;
            case EventType.WorkflowExecutionUpdateCompleted:
                ReplayUpdateCompletion(e);
                break;
            default:
                if (EventLinks.EndedChild(e) is { } ended && Children.Remove(ended)) Mark(ChildKind, ended);
                break;
        }
    }

    private void ReplayChild(HistoryEvent e)
    {
        var a = e.StartChildWorkflowExecutionInitiatedEventAttributes;
        Children[e.EventId] = new ChildState
        {
            InitiatedId = e.EventId,
            Namespace = a.Namespace,
            WorkflowId = a.WorkflowId,
            Type = a.WorkflowType.Name,
            ParentClosePolicy = a.ParentClosePolicy,
        };
        Mark(ChildKind, e.EventId);
    }

    private void ReplayAcceptance(HistoryEvent e)
    {
        var id = e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId;
        State.UpdateCount++;
        if (!UpdateRecords.TryGetValue(id, out var record)) UpdateRecords[id] = record = new UpdateRecord
        {
            UpdateId = id,
        };
        record.AcceptedId = e.EventId;
        _updates[id] = new UpdateState { Id = id, Stage = UpdateStage.Accepted, AcceptedId = e.EventId };
        Mark(UpdateKind, id);
    }

    private void ReplayUpdateCompletion(HistoryEvent e)
    {
        var a = e.WorkflowExecutionUpdateCompletedEventAttributes;
        if (!UpdateRecords.TryGetValue(a.Meta.UpdateId, out var record)) return;
        record.CompletedId = e.EventId;
        _updates[a.Meta.UpdateId] = new UpdateState
        {
            Id = a.Meta.UpdateId,
            Stage = UpdateStage.Completed,
            AcceptedId = record.AcceptedId,
            Outcome = a.Outcome,
        };
        Mark(UpdateKind, a.Meta.UpdateId);
    }

    private static void Merge(MapField<string, Payload> changes, MapField<string, Payload> into)
    {
        foreach (var (name, payload) in changes)
        {
            if (Visibility.AttributeJson.IsUnset(payload)) into.Remove(name);
            else into[name] = payload;
        }
    }
}
