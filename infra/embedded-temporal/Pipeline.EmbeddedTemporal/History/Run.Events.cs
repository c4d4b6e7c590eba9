namespace Pipeline.EmbeddedTemporal.History;

// Writing events: ids, buffering while a workflow task runs, and the flush that ends it.
internal sealed partial class Run
{
    private readonly List<(long Order, HistoryEvent Event)> _buffered = [];
    private long _bufferOrder = 1;

    public bool HasBuffered => _buffered.Count > 0;

    private HistoryEvent? BufferedEvent(long order) => _buffered.FirstOrDefault(b => b.Order == order).Event;

    // Appends the event, or buffers it while a workflow task is started. Returns the id, zero when buffered.
    public long Append(Tx tx, HistoryEvent e)
    {
        tx.Touch(this);
        e.EventTime ??= tx.Now.Proto();
        if (State.Task is { IsStarted: true } && IsBufferable(e.EventType))
        {
            if (_buffered.Count > 0) _bufferOrder = Math.Max(_bufferOrder, _buffered[^1].Order + 1);
            _buffered.Add((_bufferOrder, e));
            Mark(BufferedKind, _bufferOrder++);
            if (_buffered.Count > Limits.BufferedEvents
                || _buffered.Sum(b => b.Event.CalculateSize()) > Limits.BufferedBytes)
                tx.Defer(() => OverflowBuffer(tx));
            return 0;
        }

        if (State.Task is { Kind: WorkflowTaskKind.Speculative, IsStarted: false }
            && e.EventType != EventType.WorkflowTaskScheduled)
            WriteSpeculativeAsNormal(tx);
        return Write(tx, e);
    }

    private long Write(Tx tx, HistoryEvent e)
    {
        tx.Touch(this);
        e.EventTime ??= tx.Now.Proto();
        e.EventId = State.NextEventId++;
        e.TaskId = Engine.NextTaskId();
        if (e.WorkflowExecutionOptionsUpdatedEventAttributes is { AttachedRequestId: { Length: > 0 } request })
            State.RequestIds[request] = new RequestIdRecord(e.EventType, e.EventId);
        Tail.Add(e);
        _unwritten.Add(e);
        State.HistorySize += e.CalculateSize();
        return e.EventId;
    }

    private void FlushBuffered(Tx tx)
    {
        if (_buffered.Count == 0) return;
        var events = _buffered.Select(b => b.Event).ToList();
        foreach (var (order, _) in _buffered) Mark(BufferedKind, order);
        _buffered.Clear();

        // A buffered start precedes its end: ends move behind everything else.
        var starts = new Dictionary<long, long>();
        foreach (var e in events.Where(e => !IsCompletion(e.EventType)))
        {
            var id = Write(tx, e);
            switch (e.EventType)
            {
                case EventType.ActivityTaskStarted:
                    starts[e.ActivityTaskStartedEventAttributes.ScheduledEventId] = id;
                    if (Activities.TryGetValue(e.ActivityTaskStartedEventAttributes.ScheduledEventId, out var activity))
                        activity.StartedId = id;
                    break;
                case EventType.ChildWorkflowExecutionStarted:
                    starts[e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId] = id;
                    if (Children.TryGetValue(
                        e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId, out var child))
                    {
                        child.StartedId = id;
                        Mark(ChildKind, child.InitiatedId);
                    }

                    break;
            }
        }

        foreach (var e in events.Where(e => IsCompletion(e.EventType)))
        {
            EventLinks.SetStarted(e, starts);
            Write(tx, e);
        }
    }

    private void OverflowBuffer(Tx tx)
    {
        if (State.Task is not { IsStarted: true }) return;
        FailTask(tx, WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
    }

    private bool RemoveBufferedTimerFired(string timerId)
    {
        var found = _buffered.FindIndex(
            b => b.Event.EventType == EventType.TimerFired && b.Event.TimerFiredEventAttributes.TimerId == timerId);
        if (found < 0) return false;
        Mark(BufferedKind, _buffered[found].Order);
        _buffered.RemoveAt(found);
        return true;
    }

    private bool HasBufferedFor(Func<HistoryEvent, bool> predicate) => _buffered.Any(b => predicate(b.Event));

    private static bool IsBufferable(EventType type) => type is not (
        EventType.WorkflowExecutionStarted or EventType.WorkflowExecutionCompleted or EventType.WorkflowExecutionFailed
        or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionTerminated
        or EventType.WorkflowExecutionContinuedAsNew
        or EventType.WorkflowExecutionCanceled or EventType.WorkflowTaskScheduled or EventType.WorkflowTaskStarted
        or EventType.WorkflowTaskCompleted or EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut
        or EventType.WorkflowExecutionUpdateAccepted or EventType.WorkflowExecutionUpdateCompleted);

    private static bool IsCompletion(EventType type) => type is
        EventType.ActivityTaskCompleted or EventType.ActivityTaskFailed or EventType.ActivityTaskTimedOut
        or EventType.ActivityTaskCanceled
        or EventType.ChildWorkflowExecutionCompleted or EventType.ChildWorkflowExecutionFailed
        or EventType.ChildWorkflowExecutionTimedOut
        or EventType.ChildWorkflowExecutionCanceled or EventType.ChildWorkflowExecutionTerminated;
}
