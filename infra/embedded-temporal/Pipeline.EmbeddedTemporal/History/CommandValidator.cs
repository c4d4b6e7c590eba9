using Temporalio.Api.Command.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Checks all commands of a completion before any is carried out, so that a refused one leaves no trace.
internal sealed partial class CommandValidator(Run run, IReadOnlyList<Command> commands)
{
    private readonly HashSet<string> _activityIds = run.Activities.Values.Select(a => a.ActivityId)
        .ToHashSet(StringComparer.Ordinal);
    private readonly HashSet<string> _timerIds = run.Timers.Keys.ToHashSet(StringComparer.Ordinal);
    private readonly HashSet<string> _childIds = new(StringComparer.Ordinal);
    private readonly long _nextId = run.State.NextEventId;

    public static bool IsClosing(CommandType type) =>
        type is CommandType.CompleteWorkflowExecution or CommandType.FailWorkflowExecution
        or CommandType.CancelWorkflowExecution or CommandType.ContinueAsNewWorkflowExecution;

    public CommandError? Check()
    {
        for (var i = 0; i < commands.Count - 1; i++)
        {
            if (IsClosing(commands[i].CommandType))
            {
                return CommandError.Request(
                    $"invalid command sequence: [{string.Join(", ", commands.Select(c => c.CommandType))}], command "
                        + $"{commands[i].CommandType} must be the last command.");
            }
        }

        foreach (var command in commands)
        {
            if (CheckOne(command) is { } error) return error;
        }

        return null;
    }

    private CommandError? CheckOne(Command command) => command.CommandType switch
    {
        CommandType.ScheduleActivityTask => Activity(command.ScheduleActivityTaskCommandAttributes),
        CommandType.RequestCancelActivityTask => CancelActivity(command.RequestCancelActivityTaskCommandAttributes),
        CommandType.StartTimer => Timer(command.StartTimerCommandAttributes),
        CommandType.CancelTimer => CancelTimer(command.CancelTimerCommandAttributes),
        CommandType.RecordMarker => Marker(command.RecordMarkerCommandAttributes),
        CommandType.StartChildWorkflowExecution => Child(command.StartChildWorkflowExecutionCommandAttributes),
        CommandType.SignalExternalWorkflowExecution =>
            SignalExternal(command.SignalExternalWorkflowExecutionCommandAttributes),
        CommandType.RequestCancelExternalWorkflowExecution =>
            CancelExternal(command.RequestCancelExternalWorkflowExecutionCommandAttributes),
        CommandType.UpsertWorkflowSearchAttributes =>
            Attributes(command.UpsertWorkflowSearchAttributesCommandAttributes),
        CommandType.ModifyWorkflowProperties => Properties(command.ModifyWorkflowPropertiesCommandAttributes),
        CommandType.CompleteWorkflowExecution => TooLarge(command.CompleteWorkflowExecutionCommandAttributes?.Result,
            WorkflowTaskFailedCause.BadScheduleActivityAttributes,
            "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit."),
        CommandType.FailWorkflowExecution => Fail(command.FailWorkflowExecutionCommandAttributes),
        CommandType.CancelWorkflowExecution => TooLarge(command.CancelWorkflowExecutionCommandAttributes?.Details,
            WorkflowTaskFailedCause.BadScheduleActivityAttributes,
            "CancelWorkflowExecutionCommandAttributes.Details exceeds size limit."),
        CommandType.ContinueAsNewWorkflowExecution =>
            ContinueAsNew(command.ContinueAsNewWorkflowExecutionCommandAttributes),
        CommandType.ProtocolMessage => command.ProtocolMessageCommandAttributes?.MessageId is { Length: > 0 }
            ? null : new CommandError(
                WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, "ProtocolMessageCommand has no message ID."),
        _ => CommandError.Request($"Unknown command type: {command.CommandType}"),
    };

    private static CommandError? TooLarge(IMessage? payloads, WorkflowTaskFailedCause cause, string text) =>
        payloads?.CalculateSize() > Limits.BlobBytes ? new CommandError(cause, text) { Terminates = true } : null;

    private CommandError? Activity(ScheduleActivityTaskCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadScheduleActivityAttributes;
        if (a is null)
            return new CommandError(
                Cause, "ScheduleActivityTaskCommandAttributes is not set on ScheduleActivityTaskCommand.");
        var type = a.ActivityType?.Name ?? "";
        var suffix = $"ActivityId={a.ActivityId} ActivityType={type}";
        if (string.IsNullOrEmpty(a.TaskQueue?.Name))
            return CommandError.Request(
                $"invalid TaskQueue on ScheduleActivityTaskCommand: missing task queue name. {suffix}");
        if (a.ActivityId.Length == 0)
            return new CommandError(
                Cause, $"ActivityId is not set on ScheduleActivityTaskCommand. ActivityType={type}");
        if (type.Length == 0)
            return new CommandError(
                Cause, $"ActivityType is not set on ScheduleActivityTaskCommand. ActivityID={a.ActivityId}");
        if (RetryPolicies.Problem(a.RetryPolicy) is { } problem)
            return CommandError.Request(
                $"invalid ActivityRetryPolicy on SechduleActivityTaskCommand: {problem}. {suffix}");
        if (a.ActivityId.Length > Limits.IdLength)
            return new CommandError(Cause, $"ActivityId on ScheduleActivityTaskCommand exceeds length limit. {suffix}");
        if (type.Length > Limits.IdLength)
            return new CommandError(
                Cause, $"ActivityType on ScheduleActivityTaskCommand exceeds length limit. {suffix}");
        foreach (var (name, duration) in new[]
        {
            ("ScheduleToCloseTimeout", a.ScheduleToCloseTimeout), ("ScheduleToStartTimeout", a.ScheduleToStartTimeout),
            ("StartToCloseTimeout", a.StartToCloseTimeout), ("HeartbeatTimeout", a.HeartbeatTimeout),
        })
        {
            if (duration.Span() < TimeSpan.Zero)
                return new CommandError(
                    Cause, $"Invalid {name} for ScheduleActivityTaskCommand: negative duration. {suffix}");
        }

        if (a.ScheduleToCloseTimeout.Span() == TimeSpan.Zero && a.StartToCloseTimeout.Span() == TimeSpan.Zero)
            return new CommandError(Cause,
                $"A valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand. {suffix}");
        if (TooLarge(a.Input, Cause, "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.") is { } large)
            return large;
        if (!_activityIds.Add(a.ActivityId))
        {
            return new CommandError(WorkflowTaskFailedCause.ScheduleActivityDuplicateId,
                $"invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: "
                    + $"{a.ActivityId}");
        }

        return _activityIds.Count > Limits.PendingItems
            ? new CommandError(WorkflowTaskFailedCause.PendingActivitiesLimitExceeded,
                $"the number of pending activities, {_activityIds.Count - 1}, has reached the per-workflow limit of "
                    + $"{Limits.PendingItems}")
            : null;
    }

    private CommandError? CancelActivity(RequestCancelActivityTaskCommandAttributes? a)
    {
        var id = a?.ScheduledEventId ?? 0;
        // An activity that has ended already, or ends in the buffer, may still be cancelled: nothing happens then.
        return id > 0 && id < _nextId + commands.Count + 1
            ? null
            : new CommandError(WorkflowTaskFailedCause.BadRequestCancelActivityAttributes,
                $"invalid history builder state for action: add-activitytask-cancel-requested-event, "
                    + $"ScheduledEventID: {id}");
    }

    private CommandError? Timer(StartTimerCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadStartTimerAttributes;
        if (a is null || a.TimerId.Length == 0)
            return new CommandError(Cause, "TimerId is not set on StartTimerCommand.");
        if (a.TimerId.Length > Limits.IdLength)
            return new CommandError(Cause, $"TimerId on StartTimerCommand exceeds length limit. TimerId={a.TimerId}");
        if (a.StartToFireTimeout.Span() < TimeSpan.Zero)
            return new CommandError(Cause,
                $"An invalid StartToFireTimeout is set on StartTimerCommand: negative duration. TimerId={a.TimerId}");
        return _timerIds.Add(a.TimerId)
            ? null
            : new CommandError(WorkflowTaskFailedCause.StartTimerDuplicateId,
                $"invalid history builder state for action: add-timer-started-event, TimerID: {a.TimerId}");
    }

    private CommandError? CancelTimer(CancelTimerCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadCancelTimerAttributes;
        if (a is null || a.TimerId.Length == 0)
            return new CommandError(Cause, "TimerId is not set on CancelTimerCommand.");
        return _timerIds.Remove(a.TimerId) || run.HasTimer(a.TimerId)
            ? null
            : new CommandError(
                Cause, $"invalid history builder state for action: add-timer-canceled-event, TimerID: {a.TimerId}");
    }

    private static CommandError? Marker(RecordMarkerCommandAttributes? a) =>
        a is null || a.MarkerName.Length == 0
            ? new CommandError(
                WorkflowTaskFailedCause.BadRecordMarkerAttributes, "MarkerName is not set on RecordMarkerCommand.")
            : TooLarge(a, WorkflowTaskFailedCause.BadRecordMarkerAttributes,
                "RecordMarkerCommandAttributes.Details exceeds size limit.");
}
