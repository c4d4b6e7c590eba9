using Pipeline.EmbeddedTemporal.Visibility;
using Temporalio.Api.Command.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Checks of the commands that concern other workflows or the run itself.
internal sealed partial class CommandValidator
{
    private CommandError? Child(StartChildWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadStartChildExecutionAttributes;
        if (a is null)
            return new CommandError(Cause,
                "StartChildWorkflowExecutionCommandAttributes is not set on StartChildWorkflowExecutionCommand.");
        var type = a.WorkflowType?.Name ?? "";
        var ns = a.Namespace.Length > 0 ? a.Namespace : run.State.Namespace;
        if (a.WorkflowId.Length == 0)
            return new CommandError(
                Cause, $"Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. "
                    + $"WorkflowType={type} Namespace={ns}");
        var suffix = $"WorkflowId={a.WorkflowId} WorkflowType={type} Namespace={ns}";
        if (type.Length == 0)
            return new CommandError(
                Cause, $"Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. "
                    + $"WorkflowId={a.WorkflowId} Namespace={ns}");
        if (a.WorkflowId.Length > Limits.IdLength)
            return new CommandError(
                Cause, $"WorkflowId on StartChildWorkflowExecutionCommand exceeds length limit. {suffix}");
        if (RetryPolicies.Problem(a.RetryPolicy) is { } problem)
            return CommandError.Request(
                $"invalid WorkflowRetryPolicy on StartChildWorkflowExecutionCommand: {problem}. {suffix}");
        if (a.CronSchedule.Length > 0)
            return new CommandError(Cause, $"CronSchedule is not implemented by the embedded server. {suffix}");
        foreach (var (name, duration) in new[]
        {
            ("WorkflowExecutionTimeout", a.WorkflowExecutionTimeout), ("WorkflowRunTimeout", a.WorkflowRunTimeout),
            ("WorkflowTaskTimeout", a.WorkflowTaskTimeout),
        })
        {
            if (duration.Span() < TimeSpan.Zero)
                return new CommandError(
                    Cause, $"Invalid {name} on StartChildWorkflowExecutionCommand: negative duration. {suffix}");
        }

        if (CheckAttributes(a.SearchAttributes) is { } bad) return bad;
        if (TooLarge(a.Input, Cause, "StartChildWorkflowExecutionCommandAttributes.Input exceeds size limit.")
            is { } large) return large;
        return run.Children.Count + _childIds.Count >= Limits.PendingItems
            ? new CommandError(WorkflowTaskFailedCause.PendingChildWorkflowsLimitExceeded,
                $"the number of pending child workflow executions, {run.Children.Count}, has reached the per-workflow "
                    + $"limit of {Limits.PendingItems}")
            : Add(a.WorkflowId);

        CommandError? Add(string id)
        {
            _childIds.Add(id);
            return null;
        }
    }

    private static CommandError? SignalExternal(SignalExternalWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes;
        if (a?.Execution is null)
            return new CommandError(Cause, "Execution is not set on SignalExternalWorkflowExecutionCommand.");
        var suffix = $"WorkflowId={a.Execution.WorkflowId} Namespace={a.Namespace} RunId={a.Execution.RunId}";
        if (a.Execution.WorkflowId.Length == 0)
            return new CommandError(
                Cause, $"WorkflowId is not set on SignalExternalWorkflowExecutionCommand. Namespace={a.Namespace} "
                    + $"RunId={a.Execution.RunId}");
        if (a.Execution.RunId.Length > 0 && !Guid.TryParse(a.Execution.RunId, out _))
            return new CommandError(Cause, $"Invalid RunId set on SignalExternalWorkflowExecutionCommand. {suffix}");
        if (a.SignalName.Length == 0)
            return new CommandError(
                Cause, $"SignalName is not set on SignalExternalWorkflowExecutionCommand. {suffix}");
        return TooLarge(a.Input, Cause, "SignalExternalWorkflowExecutionCommandAttributes.Input exceeds size limit.");
    }

    private static CommandError? CancelExternal(RequestCancelExternalWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause =
            WorkflowTaskFailedCause.BadRequestCancelExternalWorkflowExecutionAttributes;
        if (a is null || a.WorkflowId.Length == 0)
            return new CommandError(
                Cause, $"WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand. "
                    + $"Namespace={a?.Namespace} RunId={a?.RunId}");
        return a.RunId.Length > 0 && !Guid.TryParse(a.RunId, out _)
            ? new CommandError(
                Cause, $"Invalid RunId set on RequestCancelExternalWorkflowExecutionCommand. "
                    + $"WorkflowId={a.WorkflowId} Namespace={a.Namespace} RunId={a.RunId}")
            : null;
    }

    private CommandError? Attributes(UpsertWorkflowSearchAttributesCommandAttributes? a)
    {
        if (a?.SearchAttributes is null || a.SearchAttributes.IndexedFields.Count == 0)
            return new CommandError(WorkflowTaskFailedCause.BadSearchAttributes,
                "IndexedFields is not set on UpsertWorkflowSearchAttributesCommand.");
        return CheckAttributes(a.SearchAttributes);
    }

    private CommandError? CheckAttributes(SearchAttributes? attributes) =>
        SearchAttributeChecks.Problem(run.NamespaceEntry, attributes) is { } problem
            ? new CommandError(WorkflowTaskFailedCause.BadSearchAttributes, problem)
            : null;

    private CommandError? Properties(ModifyWorkflowPropertiesCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes;
        if (a?.UpsertedMemo is null)
            return new CommandError(Cause, "UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.");
        return a.UpsertedMemo.CalculateSize() + run.State.Memo.CalculateSize() > Limits.MemoBytes
            ? new CommandError(Cause, "ModifyWorkflowPropertiesCommandAttributes exceeds size limit.")
            {
                Terminates = true,
            }
            : null;
    }

    private static CommandError? Fail(FailWorkflowExecutionCommandAttributes? a) => a?.Failure is null
        ? new CommandError(WorkflowTaskFailedCause.BadFailWorkflowExecutionAttributes,
            "Failure is not set on FailWorkflowExecutionCommand.")
        : TooLarge(a.Failure, WorkflowTaskFailedCause.BadFailWorkflowExecutionAttributes,
            "FailWorkflowExecutionCommandAttributes.Failure exceeds size limit.");

    private CommandError? ContinueAsNew(ContinueAsNewWorkflowExecutionCommandAttributes? a)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadContinueAsNewAttributes;
        if (a is null)
            return new CommandError(Cause,
                "ContinueAsNewWorkflowExecutionCommandAttributes is not set on ContinueAsNewWorkflowExecutionCommand.");
        if (RetryPolicies.Problem(a.RetryPolicy) is { } problem)
            return CommandError.Request(
                $"invalid WorkflowRetryPolicy on ContinueAsNewWorkflowExecutionCommand: {problem}");
        if (a.WorkflowRunTimeout.Span() < TimeSpan.Zero)
            return new CommandError(
                Cause, "Invalid WorkflowRunTimeout on ContinueAsNewWorkflowExecutionCommand: negative duration.");
        if (a.WorkflowTaskTimeout.Span() < TimeSpan.Zero)
            return new CommandError(
                Cause, "Invalid WorkflowTaskTimeout on ContinueAsNewWorkflowExecutionCommand: negative duration.");
        if (CheckAttributes(a.SearchAttributes) is { } bad) return bad;
        return TooLarge(a.Input, Cause, "ContinueAsNewWorkflowExecutionCommandAttributes. Input exceeds size limit.");
    }
}
