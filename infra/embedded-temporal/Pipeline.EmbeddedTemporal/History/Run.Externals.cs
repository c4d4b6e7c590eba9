using Temporalio.Api.Command.V1;
using Temporalio.Api.Sdk.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Signals and cancellations sent to other workflows.
internal sealed partial class Run
{
    private const string ServerIdentity = "history-service";

    public void InitiateSignalExternal(
        Tx tx, SignalExternalWorkflowExecutionCommandAttributes a, long completedId, UserMetadata? metadata)
    {
        var ns = a.Namespace.Length > 0 ? a.Namespace : State.Namespace;
        var initiated = new HistoryEvent
        {
            EventType = EventType.SignalExternalWorkflowExecutionInitiated,
            UserMetadata = metadata,
            SignalExternalWorkflowExecutionInitiatedEventAttributes =
                new SignalExternalWorkflowExecutionInitiatedEventAttributes
                {
                    WorkflowTaskCompletedEventId = completedId,
                    Namespace = a.Namespace,
                    NamespaceId = Engine.Namespaces.Find(ns)?.Id ?? "",
                    WorkflowExecution = a.Execution,
                    SignalName = a.SignalName,
                    Input = a.Input,
                    Control = a.Control,
                    ChildWorkflowOnly = a.ChildWorkflowOnly,
                    Header = a.Header,
                },
        };
        var id = Append(tx, initiated);
        SignalExternals[id] = initiated;
        Mark(SignalExternalKind, id);
        tx.Defer(() => DeliverSignal(tx, ns, initiated));
    }

    public void InitiateCancelExternal(
        Tx tx, RequestCancelExternalWorkflowExecutionCommandAttributes a, long completedId, UserMetadata? metadata)
    {
        var ns = a.Namespace.Length > 0 ? a.Namespace : State.Namespace;
        var initiated = new HistoryEvent
        {
            EventType = EventType.RequestCancelExternalWorkflowExecutionInitiated,
            UserMetadata = metadata,
            RequestCancelExternalWorkflowExecutionInitiatedEventAttributes =
                new RequestCancelExternalWorkflowExecutionInitiatedEventAttributes
                {
                    WorkflowTaskCompletedEventId = completedId,
                    Namespace = a.Namespace,
                    NamespaceId = Engine.Namespaces.Find(ns)?.Id ?? "",
                    WorkflowExecution = new WorkflowExecution { WorkflowId = a.WorkflowId, RunId = a.RunId },
                    Control = a.Control,
                    ChildWorkflowOnly = a.ChildWorkflowOnly,
                    Reason = a.Reason,
                },
        };
        var id = Append(tx, initiated);
        CancelExternals[id] = initiated;
        Mark(CancelExternalKind, id);
        tx.Defer(() => DeliverCancel(tx, ns, initiated));
    }

    private Run? Target(string ns, WorkflowExecution target, bool childOnly)
    {
        var run = Engine.Namespaces.Find(ns) is null ? null : Engine.Runs.Find(ns, target.WorkflowId, target.RunId);
        return run is { IsOpen: true } && (!childOnly || run.State.ParentRunId == State.RunId) ? run : null;
    }

    private void DeliverSignal(Tx tx, string ns, HistoryEvent initiated)
    {
        if (!State.IsOpen || !SignalExternals.Remove(initiated.EventId)) return;
        Mark(SignalExternalKind, initiated.EventId);
        var a = initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        if (Target(ns, a.WorkflowExecution, a.ChildWorkflowOnly) is not { } target || ReferenceEquals(target, this))
        {
            Append(tx, new HistoryEvent
            {
                EventType = EventType.SignalExternalWorkflowExecutionFailed,
                SignalExternalWorkflowExecutionFailedEventAttributes =
                    new SignalExternalWorkflowExecutionFailedEventAttributes
                    {
                        Cause = SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
                        Namespace = ns,
                        NamespaceId = a.NamespaceId,
                        WorkflowExecution = a.WorkflowExecution,
                        InitiatedEventId = initiated.EventId,
                        Control = a.Control,
                    },
            });
        }
        else
        {
            target.Signal(tx, a.SignalName, a.Input, ServerIdentity, a.Header, "", Execution);
            Append(tx, new HistoryEvent
            {
                EventType = EventType.ExternalWorkflowExecutionSignaled,
                ExternalWorkflowExecutionSignaledEventAttributes = new ExternalWorkflowExecutionSignaledEventAttributes
                {
                    InitiatedEventId = initiated.EventId,
                    Namespace = ns,
                    NamespaceId = a.NamespaceId,
                    WorkflowExecution = a.WorkflowExecution,
                    Control = a.Control,
                },
            });
        }

        ScheduleTask(tx);
    }

    private void DeliverCancel(Tx tx, string ns, HistoryEvent initiated)
    {
        if (!State.IsOpen || !CancelExternals.Remove(initiated.EventId)) return;
        Mark(CancelExternalKind, initiated.EventId);
        var a = initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        if (Target(ns, a.WorkflowExecution, a.ChildWorkflowOnly) is not { } target)
        {
            Append(tx, new HistoryEvent
            {
                EventType = EventType.RequestCancelExternalWorkflowExecutionFailed,
                RequestCancelExternalWorkflowExecutionFailedEventAttributes =
                    new RequestCancelExternalWorkflowExecutionFailedEventAttributes
                    {
                        Cause = CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound,
                        Namespace = ns,
                        NamespaceId = a.NamespaceId,
                        WorkflowExecution = a.WorkflowExecution,
                        InitiatedEventId = initiated.EventId,
                        Control = a.Control,
                    },
            });
        }
        else
        {
            target.RequestCancel(tx, a.Reason, ServerIdentity, "", Execution, initiated.EventId);
            Append(tx, new HistoryEvent
            {
                EventType = EventType.ExternalWorkflowExecutionCancelRequested,
                ExternalWorkflowExecutionCancelRequestedEventAttributes =
                    new ExternalWorkflowExecutionCancelRequestedEventAttributes
                    {
                        InitiatedEventId = initiated.EventId,
                        Namespace = ns,
                        NamespaceId = a.NamespaceId,
                        WorkflowExecution = a.WorkflowExecution,
                    },
            });
        }

        ScheduleTask(tx);
    }
}
