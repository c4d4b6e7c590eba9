namespace Pipeline.EmbeddedTemporal.History;

// Links from closing events to starts that received their id in the same flush.
internal static class EventLinks
{
    // The scheduled event of the activity that this event ends.
    public static long? EndedActivity(HistoryEvent e) => e.EventType switch
    {
        EventType.ActivityTaskCompleted => e.ActivityTaskCompletedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskFailed => e.ActivityTaskFailedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskTimedOut => e.ActivityTaskTimedOutEventAttributes.ScheduledEventId,
        EventType.ActivityTaskCanceled => e.ActivityTaskCanceledEventAttributes.ScheduledEventId,
        _ => null,
    };

    // The initiated event of the child that this event ends.
    public static long? EndedChild(HistoryEvent e) => e.EventType switch
    {
        EventType.StartChildWorkflowExecutionFailed =>
            e.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCompleted => e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionFailed => e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTimedOut => e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCanceled => e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTerminated =>
            e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId,
        _ => null,
    };

    public static void SetStarted(HistoryEvent e, Dictionary<long, long> starts)
    {
        switch (e.EventType)
        {
            case EventType.ActivityTaskCompleted
                when starts.TryGetValue(e.ActivityTaskCompletedEventAttributes.ScheduledEventId, out var id):
                e.ActivityTaskCompletedEventAttributes.StartedEventId = id;
                break;
            case EventType.ActivityTaskFailed
                when starts.TryGetValue(e.ActivityTaskFailedEventAttributes.ScheduledEventId, out var id):
                e.ActivityTaskFailedEventAttributes.StartedEventId = id;
                break;
            case EventType.ActivityTaskTimedOut
                when starts.TryGetValue(e.ActivityTaskTimedOutEventAttributes.ScheduledEventId, out var id):
                e.ActivityTaskTimedOutEventAttributes.StartedEventId = id;
                break;
            case EventType.ActivityTaskCanceled
                when starts.TryGetValue(e.ActivityTaskCanceledEventAttributes.ScheduledEventId, out var id):
                e.ActivityTaskCanceledEventAttributes.StartedEventId = id;
                break;
            case EventType.ChildWorkflowExecutionCompleted
                when starts.TryGetValue(e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId, out var id):
                e.ChildWorkflowExecutionCompletedEventAttributes.StartedEventId = id;
                break;
            case EventType.ChildWorkflowExecutionFailed
                when starts.TryGetValue(e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId, out var id):
                e.ChildWorkflowExecutionFailedEventAttributes.StartedEventId = id;
                break;
            case EventType.ChildWorkflowExecutionTimedOut
                when starts.TryGetValue(e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId, out var id):
                e.ChildWorkflowExecutionTimedOutEventAttributes.StartedEventId = id;
                break;
            case EventType.ChildWorkflowExecutionCanceled
                when starts.TryGetValue(e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId, out var id):
                e.ChildWorkflowExecutionCanceledEventAttributes.StartedEventId = id;
                break;
            case EventType.ChildWorkflowExecutionTerminated
                when starts.TryGetValue(e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId, out var id):
                e.ChildWorkflowExecutionTerminatedEventAttributes.StartedEventId = id;
                break;
        }
    }
}
