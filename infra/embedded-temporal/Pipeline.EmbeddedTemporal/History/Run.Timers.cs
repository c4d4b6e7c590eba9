using Temporalio.Api.Command.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Timers, and the dispatch of everything that falls due for this run.
internal sealed partial class Run
{
    public void OnTimer(Tx tx, TimerEntry entry, DateTime due)
    {
        if (!State.IsOpen) return;
        switch (entry.Kind)
        {
            case TimerKind.UserTimer:
                FireTimer(tx, entry);
                break;
            case TimerKind.TaskStartToClose or TimerKind.TaskScheduleToStart:
                OnTaskTimer(tx, entry);
                break;
            case TimerKind.ActivityRetry:
                OnActivityRetry(tx, entry);
                break;
            case TimerKind.ActivityTimeout:
                OnActivityTimeout(tx, entry, due);
                break;
            case TimerKind.FirstTaskBackoff:
                if (State.LastCompletedStartedId == 0) ScheduleTask(tx);
                break;
            case TimerKind.RunTimeout:
                TimeOutRun(tx, executionExpired: false);
                break;
            case TimerKind.ExecutionTimeout:
                TimeOutRun(tx, executionExpired: true);
                break;
        }
    }

    // Whether the entry still means something to this run.
    public bool Awaits(TimerEntry entry) => entry.Kind switch
    {
        TimerKind.UserTimer => Timers.Values.Any(t => t.StartedId == entry.Id),
        TimerKind.TaskStartToClose or TimerKind.TaskScheduleToStart => State.Task?.Stamp == entry.Stamp,
        TimerKind.ActivityRetry or TimerKind.ActivityTimeout => Activities.TryGetValue(entry.Id, out var activity)
            && activity.Stamp == entry.Stamp,
        TimerKind.FirstTaskBackoff => State.LastCompletedStartedId == 0 && State.Task is null,
        _ => true,
    };

    // Sets every timer again after a restart; what fell due meanwhile fires at once. Unstarted tasks are offered again.
    public void Resume(Tx tx)
    {
        var changed = tx.Dirty.Contains(this);
        foreach (var timer in Timers.Values) AddTimer(timer.Due, TimerKind.UserTimer, timer.StartedId, 0);
        AddRunTimers();
        foreach (var activity in Activities.Values) ResumeActivity(tx, activity);
        if (State.Task is { } task)
        {
            _stamp = Math.Max(_stamp, task.Stamp);
            if (task.IsStarted)
                AddTimer(task.StartedTime!.Value + task.StartToClose, TimerKind.TaskStartToClose, task.StartedId,
                    task.Stamp);
            else if (task.Kind == WorkflowTaskKind.Speculative) State.Task = null;
            else OfferTask(tx, task);
        }
        else if (State.FirstTaskBackoff > TimeSpan.Zero && State.LastCompletedStartedId == 0)
        {
            AddTimer(State.StartTime + State.FirstTaskBackoff, TimerKind.FirstTaskBackoff, 0, 0);
        }

        if (!changed) tx.Dirty.Remove(this);
    }

    public void AddRunTimers()
    {
        if (State.RunTimeout > TimeSpan.Zero) AddTimer(RunExpiration, TimerKind.RunTimeout, 0, 0);
        if (State.ExecutionExpiration is { } expiration) AddTimer(expiration, TimerKind.ExecutionTimeout, 0, 0);
    }

    public DateTime RunExpiration => State.RunTimeout > TimeSpan.Zero
        ? State.StartTime.After(State.FirstTaskBackoff).After(State.RunTimeout)
        : DateTime.MaxValue;

    public void StartTimer(
        Tx tx, StartTimerCommandAttributes command, long completedId, Temporalio.Api.Sdk.V1.UserMetadata? metadata)
    {
        var id = Append(tx, new HistoryEvent
        {
            EventType = EventType.TimerStarted,
            UserMetadata = metadata,
            TimerStartedEventAttributes = new TimerStartedEventAttributes
            {
                TimerId = command.TimerId,
                StartToFireTimeout = command.StartToFireTimeout,
                WorkflowTaskCompletedEventId = completedId,
            },
        });
        var timer = new TimerState
        {
            TimerId = command.TimerId,
            StartedId = id,
            Due = tx.Now.After(command.StartToFireTimeout.Span()),
        };
        Timers[timer.TimerId] = timer;
        Mark(TimerItem, timer.TimerId);
        AddTimer(timer.Due, TimerKind.UserTimer, id, 0);
    }

    public void CancelTimer(Tx tx, string timerId, long completedId, string identity)
    {
        long startedId;
        if (Timers.Remove(timerId, out var timer))
        {
            startedId = timer.StartedId;
            Mark(TimerItem, timerId);
        }
        else
        {
            // It fired while the task ran: the cancellation wins, the firing is forgotten.
            startedId = _buffered.First(b => b.Event.TimerFiredEventAttributes?.TimerId
                == timerId).Event.TimerFiredEventAttributes.StartedEventId;
            RemoveBufferedTimerFired(timerId);
        }

        Append(tx, new HistoryEvent
        {
            EventType = EventType.TimerCanceled,
            TimerCanceledEventAttributes = new TimerCanceledEventAttributes
            {
                TimerId = timerId,
                StartedEventId = startedId,
                WorkflowTaskCompletedEventId = completedId,
                Identity = identity,
            },
        });
    }

    public bool HasTimer(string timerId) =>
        Timers.ContainsKey(timerId)
            || HasBufferedFor(e => e.EventType == EventType.TimerFired
                && e.TimerFiredEventAttributes.TimerId == timerId);

    private void FireTimer(Tx tx, TimerEntry entry)
    {
        var timer = Timers.Values.FirstOrDefault(t => t.StartedId == entry.Id);
        if (timer is null || timer.Due > tx.Now) return;
        Timers.Remove(timer.TimerId);
        Mark(TimerItem, timer.TimerId);
        Append(tx, new HistoryEvent
        {
            EventType = EventType.TimerFired,
            TimerFiredEventAttributes = new TimerFiredEventAttributes
            {
                TimerId = timer.TimerId,
                StartedEventId = timer.StartedId,
            },
        });
        ScheduleTask(tx);
    }
}
