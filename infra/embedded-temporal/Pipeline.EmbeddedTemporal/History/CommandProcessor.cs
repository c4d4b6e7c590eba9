using Pipeline.EmbeddedTemporal.Deployments;
using Temporalio.Api.Command.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Carries out the (already checked) commands and messages of one completion, in order.
internal sealed class CommandProcessor(Run run, Tx tx, long completedId, RespondWorkflowTaskCompletedRequest request)
{
    private const int EagerLimit = 3;
    private readonly Dictionary<string, Temporalio.Api.Protocol.V1.Message> _messages =
        request.Messages.ToDictionary(m => m.Id, StringComparer.Ordinal);

    public bool NeedsTask { get; private set; }

    public List<ActivityState> EagerActivities { get; } = [];

    public void Run()
    {
        foreach (var command in request.Commands) Apply(command);
        if (run.IsOpen) run.ApplyMessages(tx, request.Messages.Where(m => _messages.ContainsKey(m.Id)), completedId);
    }

    private void Apply(Command command)
    {
        var metadata = command.UserMetadata;
        switch (command.CommandType)
        {
            case CommandType.ScheduleActivityTask:
                Schedule(command.ScheduleActivityTaskCommandAttributes, metadata);
                break;
            case CommandType.RequestCancelActivityTask:
                NeedsTask |= run.RequestCancelActivity(
                    tx, command.RequestCancelActivityTaskCommandAttributes.ScheduledEventId, completedId,
                    request.Identity);
                break;
            case CommandType.StartTimer:
                run.StartTimer(tx, command.StartTimerCommandAttributes, completedId, metadata);
                break;
            case CommandType.CancelTimer:
                run.CancelTimer(tx, command.CancelTimerCommandAttributes.TimerId, completedId, request.Identity);
                break;
            case CommandType.RecordMarker:
                Marker(command.RecordMarkerCommandAttributes, metadata);
                break;
            case CommandType.StartChildWorkflowExecution:
                run.InitiateChild(tx, command.StartChildWorkflowExecutionCommandAttributes, completedId, metadata);
                break;
            case CommandType.SignalExternalWorkflowExecution:
                run.InitiateSignalExternal(
                    tx, command.SignalExternalWorkflowExecutionCommandAttributes, completedId, metadata);
                break;
            case CommandType.RequestCancelExternalWorkflowExecution:
                run.InitiateCancelExternal(
                    tx, command.RequestCancelExternalWorkflowExecutionCommandAttributes, completedId, metadata);
                break;
            case CommandType.UpsertWorkflowSearchAttributes:
                run.UpsertSearchAttributes(
                    tx, command.UpsertWorkflowSearchAttributesCommandAttributes.SearchAttributes, completedId);
                break;
            case CommandType.ModifyWorkflowProperties:
                run.ModifyMemo(tx, command.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo, completedId);
                break;
            case CommandType.ProtocolMessage:
                if (_messages.Remove(command.ProtocolMessageCommandAttributes.MessageId, out var message))
                    run.ApplyMessages(tx, [message], completedId);
                break;
            case CommandType.CompleteWorkflowExecution:
                run.Complete(tx, command.CompleteWorkflowExecutionCommandAttributes?.Result, completedId, metadata);
                break;
            case CommandType.FailWorkflowExecution:
                run.Fail(tx, command.FailWorkflowExecutionCommandAttributes.Failure, completedId, metadata);
                break;
            case CommandType.CancelWorkflowExecution:
                run.Cancel(tx, command.CancelWorkflowExecutionCommandAttributes?.Details, completedId, metadata);
                break;
            case CommandType.ContinueAsNewWorkflowExecution:
                run.ContinueAsNew(tx, command.ContinueAsNewWorkflowExecutionCommandAttributes, completedId);
                break;
        }
    }

    private void Schedule(ScheduleActivityTaskCommandAttributes command, Temporalio.Api.Sdk.V1.UserMetadata? metadata)
    {
        // The worker that asks for it runs the activity at once, unless it would go to another version.
        var eager = command.RequestEagerExecution && EagerActivities.Count < EagerLimit
            && run.ActivityVersion(command.TaskQueue.Name) == DeploymentVersion.Of(request.DeploymentOptions);
        var activity = run.ScheduleActivity(tx, command, completedId, metadata, offer: !eager);
        if (eager) EagerActivities.Add(activity);
    }

    private void Marker(RecordMarkerCommandAttributes command,
        Temporalio.Api.Sdk.V1.UserMetadata? metadata) => run.Append(tx, new HistoryEvent
        {
            EventType = EventType.MarkerRecorded,
            UserMetadata = metadata,
            MarkerRecordedEventAttributes = new MarkerRecordedEventAttributes
            {
                MarkerName = command.MarkerName,
                Details = { command.Details },
                WorkflowTaskCompletedEventId = completedId,
                Header = command.Header,
                Failure = command.Failure,
            },
        });
}
