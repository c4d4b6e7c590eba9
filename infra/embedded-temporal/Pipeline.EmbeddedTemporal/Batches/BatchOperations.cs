using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Batches;

// What a batch does to one workflow.
internal static class BatchOperations
{
    public static (BatchOperationType Type, string Identity) Of(StartBatchOperationRequest r) => r.OperationCase switch
    {
        StartBatchOperationRequest.OperationOneofCase.TerminationOperation =>
            (BatchOperationType.Terminate, r.TerminationOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.SignalOperation =>
            (BatchOperationType.Signal, r.SignalOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.CancellationOperation =>
            (BatchOperationType.Cancel, r.CancellationOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.DeletionOperation =>
            (BatchOperationType.Delete, r.DeletionOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.ResetOperation =>
            (BatchOperationType.Reset, r.ResetOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.UnpauseActivitiesOperation =>
            (BatchOperationType.UnpauseActivity, r.UnpauseActivitiesOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.ResetActivitiesOperation =>
            (BatchOperationType.ResetActivity, r.ResetActivitiesOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.UpdateWorkflowOptionsOperation =>
            (BatchOperationType.UpdateExecutionOptions, r.UpdateWorkflowOptionsOperation.Identity),
        StartBatchOperationRequest.OperationOneofCase.None => (BatchOperationType.Unspecified, ""),
        _ => throw RpcError.Unimplemented($"the batch operation {r.OperationCase}"),
    };

    public static void Apply(Tx tx, BatchRecord batch, WorkflowExecution target)
    {
        var r = batch.Request;
        var runs = tx.Engine.Runs;
        var run = runs.Get(batch.Namespace, target);
        switch (r.OperationCase)
        {
            case StartBatchOperationRequest.OperationOneofCase.TerminationOperation:
                if (run.IsOpen)
                    run.Terminate(tx, r.Reason, r.TerminationOperation.Details, r.TerminationOperation.Identity);
                break;
            case StartBatchOperationRequest.OperationOneofCase.SignalOperation:
                var signal = r.SignalOperation;
                runs.GetOpen(batch.Namespace, target)
                    .Signal(tx, signal.Signal, signal.Input, signal.Identity, signal.Header,
                        batch.JobId + target.RunId);
                break;
            case StartBatchOperationRequest.OperationOneofCase.CancellationOperation:
                if (run.IsOpen) run.RequestCancel(tx, r.Reason, r.CancellationOperation.Identity, batch.JobId);
                break;
            case StartBatchOperationRequest.OperationOneofCase.DeletionOperation:
                runs.Remove(tx, run);
                break;
            case StartBatchOperationRequest.OperationOneofCase.ResetOperation:
                Reset(tx, batch, run);
                break;
            case StartBatchOperationRequest.OperationOneofCase.UnpauseActivitiesOperation:
                var unpause = r.UnpauseActivitiesOperation;
                foreach (var a in Activities(run, unpause.Type))
                    run.UnpauseActivity(tx, a, unpause.ResetAttempts, unpause.ResetHeartbeat, unpause.Jitter.Span());
                break;
            case StartBatchOperationRequest.OperationOneofCase.ResetActivitiesOperation:
                var reset = r.ResetActivitiesOperation;
                foreach (var a in Activities(run, reset.Type))
                    run.ResetActivity(tx, a, reset.ResetHeartbeat, reset.KeepPaused, reset.Jitter.Span());
                break;
            case StartBatchOperationRequest.OperationOneofCase.UpdateWorkflowOptionsOperation:
                var options = r.UpdateWorkflowOptionsOperation;
                if (run.IsOpen)
                    Frontend.OptionsHandlers.Change(
                        tx, run, options.WorkflowExecutionOptions, options.UpdateMask, options.Identity);
                break;
        }
    }

    private static List<ActivityState> Activities(Run run, string type) =>
        [.. run.Activities.Values.Where(a => type.Length == 0 || a.Type == type)];

    private static void Reset(Tx tx, BatchRecord batch, Run run)
    {
        var operation = batch.Request.ResetOperation;
        var options = operation.Options;
        var finish = options?.TargetCase switch
        {
            Temporalio.Api.Common.V1.ResetOptions.TargetOneofCase.FirstWorkflowTask => TaskCompleted(run, first: true),
            Temporalio.Api.Common.V1.ResetOptions.TargetOneofCase.LastWorkflowTask => TaskCompleted(run, first: false),
            Temporalio.Api.Common.V1.ResetOptions.TargetOneofCase.WorkflowTaskId => options.WorkflowTaskId,
            Temporalio.Api.Common.V1.ResetOptions.TargetOneofCase.BuildId =>
                run.State.ResetPoints.Points.FirstOrDefault(
                    p => p.BuildId == options.BuildId)?.FirstWorkflowTaskCompletedId
                ?? throw RpcError.NotFound($"no reset point for the build id {options.BuildId}"),
            _ => TaskCompleted(run, operation.ResetType != ResetType.LastWorkflowTask),
        };
        var request = new ResetWorkflowExecutionRequest
        {
            Namespace = batch.Namespace,
            WorkflowExecution = run.Execution,
            Reason = batch.Request.Reason,
            RequestId = batch.JobId + run.State.RunId,
            WorkflowTaskFinishEventId = finish,
            ResetReapplyType = options?.ResetReapplyType ?? operation.ResetReapplyType,
        };
        if (options is not null) request.ResetReapplyExcludeTypes.Add(options.ResetReapplyExcludeTypes);
        WorkflowReset.Reset(tx, request);
    }

    // The first or last completed workflow task; a run without one can be reset to its scheduled task.
    private static long TaskCompleted(Run run, bool first)
    {
        var events = run.Events(1, run.State.NextEventId - 1);
        var completed = first
            ? events.Find(e => e.EventType == EventType.WorkflowTaskCompleted)
            : events.FindLast(e => e.EventType == EventType.WorkflowTaskCompleted);
        return completed?.EventId
            ?? (events.Find(e => e.EventType == EventType.WorkflowTaskScheduled)?.EventId + 1 ?? 0);
    }
}
