using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Visibility;

namespace Pipeline.EmbeddedTemporal.Frontend;

// The checks of a start request, in the order and with the texts of the real server.
internal static class StartChecks
{
    public static void Check(NamespaceEntry ns, StartWorkflowExecutionRequest r)
    {
        if (r.WorkflowId.Length == 0) throw RpcError.Invalid("WorkflowId is not set on request.");
        if (r.WorkflowId.Length > Limits.IdLength) throw RpcError.Invalid("WorkflowId length exceeds limit.");
        if (RetryPolicies.Problem(r.RetryPolicy) is { } retry) throw RpcError.Invalid(retry);
        Timeout("WorkflowExecutionTimeoutSeconds", r.WorkflowExecutionTimeout);
        Timeout("WorkflowRunTimeoutSeconds", r.WorkflowRunTimeout);
        Timeout("WorkflowTaskTimeoutSeconds", r.WorkflowTaskTimeout);
        Timeout("WorkflowStartDelay", r.WorkflowStartDelay);
        if (string.IsNullOrEmpty(r.WorkflowType?.Name)) throw RpcError.Invalid("WorkflowType is not set on request.");
        if (r.WorkflowType.Name.Length > Limits.IdLength) throw RpcError.Invalid("WorkflowType length exceeds limit.");
        if (string.IsNullOrEmpty(r.TaskQueue?.Name)) throw RpcError.Invalid("missing task queue name");
        if (r.TaskQueue.Name.Length > Limits.IdLength) throw RpcError.Invalid("taskQueue length exceeds limit");
        if (r.RequestId.Length > Limits.IdLength) throw RpcError.Invalid("RequestId length exceeds limit.");
        if (r.CronSchedule.Length > 0)
        {
            if (r.WorkflowStartDelay.Span() > TimeSpan.Zero)
                throw RpcError.Invalid("CronSchedule and WorkflowStartDelay may not be used together.");
            if (!Schedules.WorkflowCron.IsValid(r.CronSchedule)) throw RpcError.Invalid("invalid CronSchedule.");
        }

        if (r.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning
            && r.WorkflowIdConflictPolicy != WorkflowIdConflictPolicy.Unspecified)
            throw RpcError.Invalid(
                "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used together "
                    + "with a WorkflowIDConflictPolicy");
        if (SearchAttributeChecks.Problem(ns, r.SearchAttributes) is { } attribute) throw RpcError.Invalid(attribute);
        if (r.Memo?.CalculateSize() > Limits.MemoBytes) throw RpcError.Invalid("Memo size exceeds limit.");
        Callbacks(r);
        Blob(r.Input);
    }

    // No address for callbacks is configured, as in a fresh development server.
    private static void Callbacks(StartWorkflowExecutionRequest r)
    {
        if (r.OnConflictOptions is { AttachCompletionCallbacks: true, AttachRequestId: false })
            throw RpcError.Invalid("attaching request ID is required for attaching completion callbacks");
        if (r.CompletionCallbacks.Count > 0)
            throw RpcError.Invalid(
                $"invalid url: url does not match any configured callback address: "
                    + $"{r.CompletionCallbacks[0].Nexus?.Url}");
    }

    public static void Blob(IMessage? payloads)
    {
        if (payloads?.CalculateSize() > Limits.BlobBytes) throw RpcError.Invalid("Blob data size exceeds limit.");
    }

    private static void Timeout(string name, Duration? duration)
    {
        if (duration.Span() < TimeSpan.Zero)
            throw RpcError.Invalid($"An invalid {name} is set on request. cause: negative duration");
    }
}
