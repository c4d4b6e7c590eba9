using Temporalio.Api.ErrorDetails.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Whether a workflow id may be used again.
internal static class IdPolicies
{
    public static RpcError AlreadyRunning(Run current) => Error(current,
        $"Workflow execution is already running. WorkflowId: {current.State.WorkflowId}, RunId: "
            + $"{current.State.RunId}.");

    // The error that a closed run of the same id causes under the policy, or null.
    public static RpcError? Problem(Run closed, WorkflowIdReusePolicy policy)
    {
        var (id, run) = (closed.State.WorkflowId, closed.State.RunId);
        return policy switch
        {
            WorkflowIdReusePolicy.RejectDuplicate => Error(closed,
                $"Workflow execution already finished. WorkflowId: {id}, RunId: {run}. Workflow Id reuse policy: "
                    + $"reject duplicate workflow Id."),
            WorkflowIdReusePolicy.AllowDuplicateFailedOnly
                when closed.State.Status == WorkflowExecutionStatus.Completed => Error(closed,
                $"Workflow execution already finished successfully. WorkflowId: {id}, RunId: {run}. Workflow Id reuse "
                    + $"policy: allow duplicate workflow Id if last run failed."),
            _ => null,
        };
    }

    private static RpcError Error(Run run, string message) => new(StatusCode.AlreadyExists, message,
        new WorkflowExecutionAlreadyStartedFailure
        {
            StartRequestId = run.State.CreateRequestId,
            RunId = run.State.RunId,
        });
}
