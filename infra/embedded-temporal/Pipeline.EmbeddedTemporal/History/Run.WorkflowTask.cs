using Pipeline.EmbeddedTemporal.Matching;

namespace Pipeline.EmbeddedTemporal.History;

// The workflow-task state machine: scheduling, starting, failing and timing out. Completion is in Run.Completion.cs.
internal sealed partial class Run
{
    private const int FirstSlowAttempt = 4;
    private static readonly TimeSpan SlowAttemptInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowAttemptMaximum = TimeSpan.FromMinutes(10);
    private long _stamp = DateTime.UtcNow.Ticks;

    public long NextStamp() => ++_stamp;

    // Schedules a workflow task unless one is pending.
    public void ScheduleTask(Tx tx, DateTime? originalScheduledTime = null)
    {
        if (!State.IsOpen || State.Task is not null) return;
        var kind = State.TaskAttempt > 1 ? WorkflowTaskKind.Transient : WorkflowTaskKind.Normal;
        var task = NewTask(tx, kind, originalScheduledTime);
        task.ScheduledId = kind == WorkflowTaskKind.Normal ? Append(tx, ScheduledEvent(task)) : State.NextEventId;
        OfferTask(tx, task);
    }

    // A task that only carries updates: its events are written when an update is accepted.
    public void ScheduleSpeculativeTask(Tx tx)
    {
        if (!State.IsOpen || State.Task is not null) return;
        if (State.TaskAttempt > 1)
        {
            ScheduleTask(tx);
            return;
        }

        var task = NewTask(tx, WorkflowTaskKind.Speculative, null);
        task.ScheduledId = State.NextEventId;
        AddTimer(
            tx.Now + Limits.SpeculativeScheduleToStart, TimerKind.TaskScheduleToStart, task.ScheduledId, task.Stamp);
        OfferTask(tx, task);
    }

    private WorkflowTaskState NewTask(Tx tx, WorkflowTaskKind kind, DateTime? originalScheduledTime)
    {
        tx.Touch(this);
        var task = new WorkflowTaskState
        {
            Attempt = State.TaskAttempt,
            Kind = kind,
            ScheduledTime = tx.Now,
            OriginalScheduledTime = originalScheduledTime ?? tx.Now,
            StartToClose = StartToCloseOf(State.TaskAttempt),
            StickyQueue = State.StickyQueue,
            Stamp = NextStamp(),
        };
        State.Task = task;
        return task;
    }

    // A task that keeps failing is given ever more time, so that a broken worker does not spin.
    private TimeSpan StartToCloseOf(int attempt)
    {
        if (attempt < FirstSlowAttempt) return State.TaskTimeout;
        var extra = SlowAttemptInterval.TotalSeconds * Math.Pow(2, Math.Min(attempt - FirstSlowAttempt, 20));
        return State.TaskTimeout + TimeSpan.FromSeconds(Math.Min(extra, SlowAttemptMaximum.TotalSeconds));
    }

    private void OfferTask(Tx tx, WorkflowTaskState task)
    {
        if (task.StickyQueue.Length > 0 && task.Kind != WorkflowTaskKind.Speculative
            && State.StickyTimeout > TimeSpan.Zero)
            AddTimer(tx.Now + State.StickyTimeout, TimerKind.TaskScheduleToStart, task.ScheduledId, task.Stamp);
        var stamp = task.Stamp;
        tx.Defer(() =>
        {
            if (State.Task is not { IsStarted: false } current || current.Stamp != stamp) return;
            Engine.Matching.Offer(tx, new WorkflowTaskItem(this, current.Stamp, current.StickyQueue));
        });
    }

    private HistoryEvent ScheduledEvent(WorkflowTaskState task) => new()
    {
        EventType = EventType.WorkflowTaskScheduled,
        EventTime = task.ScheduledTime.Proto(),
        WorkflowTaskScheduledEventAttributes = new WorkflowTaskScheduledEventAttributes
        {
            TaskQueue = task.StickyQueue.Length > 0
                ? new TaskQueue { Name = task.StickyQueue, Kind = TaskQueueKind.Sticky, NormalName = State.TaskQueue }
                : new TaskQueue { Name = State.TaskQueue, Kind = TaskQueueKind.Normal },
            StartToCloseTimeout = task.StartToClose.Proto(),
            Attempt = task.Attempt,
        },
    };

    private static HistoryEvent StartedEvent(WorkflowTaskState task) => new()
    {
        EventType = EventType.WorkflowTaskStarted,
        EventTime = task.StartedTime!.Value.Proto(),
        WorkflowTaskStartedEventAttributes = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = task.ScheduledId,
            Identity = task.Identity,
            RequestId = task.RequestId,
            HistorySizeBytes = task.HistorySizeAtStart,
            SuggestContinueAsNew = task.SuggestContinueAsNew,
            WorkerVersion = task.BuildId.Length > 0 ? new WorkerVersionStamp { BuildId = task.BuildId } : null,
        },
    };

    // The two events of a task that is not in history yet, as the worker sees them.
    public IEnumerable<HistoryEvent> VirtualEvents()
    {
        if (State.Task is not { IsStarted: true, IsWritten: false } task) yield break;
        var scheduled = ScheduledEvent(task);
        scheduled.EventId = task.ScheduledId;
        yield return scheduled;
        var started = StartedEvent(task);
        started.EventId = task.StartedId;
        yield return started;
    }

    // Hands the pending task to a worker.
    public WorkflowTaskReply StartTask(Tx tx, WorkerIdentity worker, bool fullHistory)
    {
        Transit(tx);
        var task = State.Task!;
        if (task.Kind == WorkflowTaskKind.Transient && task.ScheduledId != State.NextEventId)
        {
            // Something new happened since: the task is a first attempt again and gets its events.
            task.Kind = WorkflowTaskKind.Normal;
            task.Attempt = State.TaskAttempt = 1;
            task.StartToClose = State.TaskTimeout;
            task.ScheduledTime = tx.Now;
            task.ScheduledId = Append(tx, ScheduledEvent(task));
        }

        BeginTransition(worker);
        task.StartedTime = tx.Now;
        task.Identity = worker.Identity;
        task.BuildId = worker.BuildId;
        task.RequestId = Guid.NewGuid().ToString();
        task.HistorySizeAtStart = State.HistorySize;
        task.SuggestContinueAsNew = State.NextEventId > Limits.SuggestContinueEvents
            || State.HistorySize > Limits.SuggestContinueBytes
            || State.UpdateCount > Limits.UpdatesPerRun * 9 / 10;
        task.StartedId = task.IsWritten ? Write(tx, StartedEvent(task)) : task.ScheduledId + 1;
        AddTimer(tx.Now + task.StartToClose, TimerKind.TaskStartToClose, task.StartedId, task.Stamp);
        return WorkflowTaskReplies.Of(this, task, fullHistory, OutgoingMessages(task), TakeQueries());
    }

    // Ends the pending task without success and schedules the next one.
    public void FailTask(Tx tx, WorkflowTaskFailedCause cause, ApiFailure.Failure? failure, string identity,
        string baseRunId = "", string newRunId = "", bool reschedule = true)
    {
        var task = State.Task!;
        WriteIfSpeculative(tx, task);
        if (task.IsWritten)
        {
            Write(tx, new HistoryEvent
            {
                EventType = EventType.WorkflowTaskFailed,
                WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
                {
                    ScheduledEventId = task.ScheduledId,
                    StartedEventId = task.StartedId,
                    Cause = cause,
                    Failure = failure,
                    Identity = identity,
                    BaseRunId = baseRunId,
                    NewRunId = newRunId,
                },
            });
        }

        FailSentUpdates();
        EndUnsuccessfulTask(tx, task, cause == WorkflowTaskFailedCause.UnhandledCommand, reschedule);
    }

    private void OnTaskTimeout(Tx tx, WorkflowTaskState task, TimeoutType type)
    {
        if (task.Kind == WorkflowTaskKind.Speculative && type == TimeoutType.ScheduleToStart
            && task.StickyQueue.Length == 0)
        {
            // Nobody polls: from now on it is an ordinary task and waits as long as it takes.
            WriteSpeculativeAsNormal(tx);
            return;
        }

        WriteIfSpeculative(tx, task);
        if (task.IsWritten)
        {
            Write(tx, new HistoryEvent
            {
                EventType = EventType.WorkflowTaskTimedOut,
                WorkflowTaskTimedOutEventAttributes = new WorkflowTaskTimedOutEventAttributes
                {
                    ScheduledEventId = task.ScheduledId,
                    StartedEventId = task.StartedId,
                    TimeoutType = type,
                },
            });
        }

        ResendUpdates();
        EndUnsuccessfulTask(tx, task, type == TimeoutType.ScheduleToStart, reschedule: true);
    }

    private void EndUnsuccessfulTask(Tx tx, WorkflowTaskState task, bool keepAttempt, bool reschedule)
    {
        tx.Touch(this);
        State.Task = null;
        ResendQueries();
        if (task.StickyQueue.Length > 0) ClearSticky();
        else if (!keepAttempt) State.TaskAttempt = task.Attempt + 1;
        if (HasBuffered || (keepAttempt && task.IsWritten)) State.TaskAttempt = 1;
        FlushBuffered(tx);
        if (reschedule) ScheduleTask(tx, task.OriginalScheduledTime);
    }

    public void ClearSticky()
    {
        State.StickyQueue = "";
        State.StickyTimeout = TimeSpan.Zero;
    }

    private void WriteIfSpeculative(Tx tx, WorkflowTaskState task)
    {
        if (task.Kind == WorkflowTaskKind.Speculative) WriteSpeculativeAsNormal(tx);
    }

    private void WriteSpeculativeAsNormal(Tx tx)
    {
        var task = State.Task!;
        task.Kind = WorkflowTaskKind.Normal;
        Write(tx, ScheduledEvent(task));
        if (task.IsStarted) Write(tx, StartedEvent(task));
    }

    private bool OnTaskTimer(Tx tx, TimerEntry entry)
    {
        if (State.Task is not { } task || task.Stamp != entry.Stamp) return false;
        switch (entry.Kind)
        {
            case TimerKind.TaskStartToClose when task.IsStarted:
                OnTaskTimeout(tx, task, TimeoutType.StartToClose);
                return true;
            case TimerKind.TaskScheduleToStart when !task.IsStarted:
                OnTaskTimeout(tx, task, TimeoutType.ScheduleToStart);
                return true;
            default:
                return false;
        }
    }
}
