namespace Pipeline.EmbeddedTemporal.History;

// The event that a parent records when a child closes.
internal static class ChildEvents
{
    public static HistoryEvent Closed(ChildState child, Run run, HistoryEvent close, string namespaceId)
    {
        var type = new WorkflowType { Name = child.Type };
        return close.EventType switch
        {
            EventType.WorkflowExecutionCompleted => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionCompleted,
                ChildWorkflowExecutionCompletedEventAttributes = new ChildWorkflowExecutionCompletedEventAttributes
                {
                    Result = close.WorkflowExecutionCompletedEventAttributes.Result, Namespace = child.Namespace, NamespaceId = namespaceId,
                    WorkflowExecution = run.Execution, WorkflowType = type, InitiatedEventId = child.InitiatedId, StartedEventId = child.StartedId,
                },
            },
            EventType.WorkflowExecutionFailed => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionFailed,
                ChildWorkflowExecutionFailedEventAttributes = new ChildWorkflowExecutionFailedEventAttributes
                {
                    Failure = close.WorkflowExecutionFailedEventAttributes.Failure, Namespace = child.Namespace, NamespaceId = namespaceId,
                    WorkflowExecution = run.Execution, WorkflowType = type, InitiatedEventId = child.InitiatedId, StartedEventId = child.StartedId,
                    RetryState = close.WorkflowExecutionFailedEventAttributes.RetryState,
                },
            },
            EventType.WorkflowExecutionCanceled => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionCanceled,
                ChildWorkflowExecutionCanceledEventAttributes = new ChildWorkflowExecutionCanceledEventAttributes
                {
                    Details = close.WorkflowExecutionCanceledEventAttributes.Details, Namespace = child.Namespace, NamespaceId = namespaceId,
                    WorkflowExecution = run.Execution, WorkflowType = type, InitiatedEventId = child.InitiatedId, StartedEventId = child.StartedId,
                },
            },
            EventType.WorkflowExecutionTimedOut => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionTimedOut,
                ChildWorkflowExecutionTimedOutEventAttributes = new ChildWorkflowExecutionTimedOutEventAttributes
                {
                    Namespace = child.Namespace, NamespaceId = namespaceId, WorkflowExecution = run.Execution, WorkflowType = type,
                    InitiatedEventId = child.InitiatedId, StartedEventId = child.StartedId,
                    RetryState = close.WorkflowExecutionTimedOutEventAttributes.RetryState,
                },
            },
            _ => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionTerminated,
                ChildWorkflowExecutionTerminatedEventAttributes = new ChildWorkflowExecutionTerminatedEventAttributes
                {
                    Namespace = child.Namespace, NamespaceId = namespaceId, WorkflowExecution = run.Execution, WorkflowType = type,
                    InitiatedEventId = child.InitiatedId, StartedEventId = child.StartedId,
                },
            },
        };
    }
}
