namespace Pipeline.EmbeddedTemporal.History;

// Signals, cancellation requests, memo and search attributes.
internal sealed partial class Run
{
    public void Signal(Tx tx, string name, Payloads? input, string identity, Header? header, string requestId,
        WorkflowExecution? external = null, bool schedule = true, IEnumerable<Link>? links = null)
    {
        if (requestId.Length > 0)
        {
            if (!SignalRequestIds.Add(requestId)) return;
            Mark(SignalRequestKind, requestId);
        }

        if (State.SignalCount >= Limits.SignalsPerRun)
            throw RpcError.Invalid("exceeded workflow execution limit for signal events");
        State.SignalCount++;
        Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionSignaled,
            Links = { links ?? [] },
            WorkflowExecutionSignaledEventAttributes = new WorkflowExecutionSignaledEventAttributes
            {
                SignalName = name,
                Input = input,
                Identity = identity,
                Header = header,
                ExternalWorkflowExecution = external,
            },
        });
        var waitsForStart = State.FirstTaskBackoff > TimeSpan.Zero && State.LastCompletedStartedId == 0
            && State.Task is null
            && tx.Now < State.StartTime + State.FirstTaskBackoff;
        if (schedule && !waitsForStart) ScheduleTask(tx);
    }

    public void RequestCancel(Tx tx, string reason, string identity, string requestId,
        WorkflowExecution? external = null, long externalInitiatedId = 0)
    {
        if (State.CancelRequested) return;
        State.CancelRequested = true;
        State.CancelRequestId = requestId;
        Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionCancelRequested,
            WorkflowExecutionCancelRequestedEventAttributes = new WorkflowExecutionCancelRequestedEventAttributes
            {
                Cause = reason,
                Identity = identity,
                ExternalInitiatedEventId = externalInitiatedId,
                ExternalWorkflowExecution = external,
            },
        });
        ScheduleTask(tx);
    }

    public void UpsertSearchAttributes(Tx tx, SearchAttributes attributes, long completedId)
    {
        var typed = Visibility.SearchAttributeChecks.WithTypes(NamespaceEntry, attributes);
        Append(tx, new HistoryEvent
        {
            EventType = EventType.UpsertWorkflowSearchAttributes,
            UpsertWorkflowSearchAttributesEventAttributes = new UpsertWorkflowSearchAttributesEventAttributes
            {
                WorkflowTaskCompletedEventId = completedId,
                SearchAttributes = typed,
            },
        });
        foreach (var (name, payload) in typed.IndexedFields)
        {
            if (Visibility.AttributeJson.IsUnset(payload)) State.SearchAttributes.IndexedFields.Remove(name);
            else State.SearchAttributes.IndexedFields[name] = payload;
        }
    }

    public void ModifyMemo(Tx tx, Memo memo, long completedId)
    {
        Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowPropertiesModified,
            WorkflowPropertiesModifiedEventAttributes = new WorkflowPropertiesModifiedEventAttributes
            {
                WorkflowTaskCompletedEventId = completedId,
                UpsertedMemo = memo,
            },
        });
        foreach (var (name, payload) in memo.Fields)
        {
            if (Visibility.AttributeJson.IsUnset(payload)) State.Memo.Fields.Remove(name);
            else State.Memo.Fields[name] = payload;
        }
    }
}
