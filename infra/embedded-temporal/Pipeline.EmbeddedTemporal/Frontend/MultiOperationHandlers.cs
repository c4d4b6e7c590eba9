using Pipeline.EmbeddedTemporal.History;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Update-with-start: both operations happen in one transaction, or neither.
internal sealed class MultiOperationHandlers(Engine engine, WorkflowHandlers workflows)
{
    public void Bind(MethodTable.ServiceBinder service) =>
        service.On<ExecuteMultiOperationRequest, ExecuteMultiOperationResponse>("ExecuteMultiOperation", Execute);

    private async Task<ExecuteMultiOperationResponse> Execute(ExecuteMultiOperationRequest r, CallContext context)
    {
        if (r.Operations is not [{ StartWorkflow: { } start }, { UpdateWorkflow: { } update }])
            throw RpcError.Invalid("Operations have to be exactly [Start, Update].");
        WorkflowHandlers.PrepareUpdate(update);
        Run? run = null;
        var startResponse = new StartWorkflowExecutionResponse();
        var admitted = await engine.ExecuteAsync(tx =>
        {
            InOperation(0, () =>
            {
                Check(start, update);
                var (found, started) = StartPolicy.Start(
                    tx, start, signal: null, useClosed: c => c.FindUpdate(update.Request.Meta.UpdateId) is not null);
                run = found;
                startResponse = new StartWorkflowExecutionResponse
                {
                    RunId = found.State.RunId,
                    Started = started,
                    Status = found.State.Status,
                };
            });
            UpdateState? result = null;
            InOperation(1, () => result = run!.Update(tx, update.Request));
            return result!;
        });
        try
        {
            return new ExecuteMultiOperationResponse
            {
                Responses =
                {
                    new ExecuteMultiOperationResponse.Types.Response { StartWorkflow = startResponse },
                    new ExecuteMultiOperationResponse.Types.Response
                    {
                        UpdateWorkflow = await workflows.UpdateResponseAsync(run!, admitted, update, context),
                    },
                },
            };
        }
        catch (RpcError error)
        {
            throw Failed(error, 1);
        }
    }

    private static void Check(StartWorkflowExecutionRequest start, UpdateWorkflowExecutionRequest update)
    {
        if (start.CronSchedule.Length > 0) throw RpcError.Invalid("CronSchedule is not supported.");
        if (start.RequestEagerExecution) throw RpcError.Invalid("RequestEagerExecution is not supported.");
        if (start.WorkflowStartDelay is not null) throw RpcError.Invalid("WorkflowStartDelay is not supported.");
        if (update.WorkflowExecution?.WorkflowId != start.WorkflowId)
            throw RpcError.Invalid("WorkflowId is not consistent with WorkflowId of other operation(s).");
    }

    private static void InOperation(int index, Action action)
    {
        try
        {
            action();
        }
        catch (RpcError error)
        {
            throw Failed(error, index);
        }
    }

    // The status of the operation that failed, and "aborted" for the other one.
    private static RpcError Failed(RpcError error, int index)
    {
        var failure = new MultiOperationExecutionFailure();
        for (var i = 0; i < 2; i++)
        {
            failure.Statuses.Add(i == index
                ? new MultiOperationExecutionFailure.Types.OperationStatus
                {
                    Code = (int)error.Code,
                    Message = error.Message,
                    Details = { error.PackedDetails() },
                }
                : new MultiOperationExecutionFailure.Types.OperationStatus
                {
                    Code = (int)StatusCode.Aborted,
                    Message = "Operation was aborted.",
                    Details =
                        { new RpcError(StatusCode.Aborted, "", new MultiOperationExecutionAborted()).PackedDetails() },
                });
        }

        return new RpcError(error.Code, "Update-with-Start could not be executed.", failure);
    }
}
