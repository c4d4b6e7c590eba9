using Pipeline.EmbeddedTemporal.Batches;
using Pipeline.EmbeddedTemporal.Visibility;
using Temporalio.Api.Batch.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Starting, watching and stopping batch operations.
internal sealed class BatchHandlers(Engine engine)
{
    private readonly VisibilityStore _visibility = new(engine.Database);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<StartBatchOperationRequest, StartBatchOperationResponse>("StartBatchOperation", Start)
        .On<StopBatchOperationRequest, StopBatchOperationResponse>(
            "StopBatchOperation", (r, _) => engine.ExecuteAsync(tx =>
        {
            BatchService.Stop(tx, engine.Batches.Get(r.Namespace, r.JobId), r.Reason);
            return new StopBatchOperationResponse();
        }))
        .On<DescribeBatchOperationRequest, DescribeBatchOperationResponse>(
            "DescribeBatchOperation", r => engine.Read(() => Describe(engine.Batches.Get(r.Namespace, r.JobId))))
        .On<ListBatchOperationsRequest, ListBatchOperationsResponse>("ListBatchOperations", r => engine.Read(() =>
        {
            engine.Namespaces.Get(r.Namespace);
            return new ListBatchOperationsResponse { OperationInfo = { engine.Batches.Of(r.Namespace).Select(Info) } };
        }));

    private async Task<StartBatchOperationResponse> Start(StartBatchOperationRequest r, CallContext context)
    {
        var ns = engine.Read(() => engine.Namespaces.Get(r.Namespace));
        if (BatchOperations.Of(r).Type == BatchOperationType.Unspecified || r.Reason.Length == 0
            || (r.VisibilityQuery.Length == 0 && r.Executions.Count == 0))
            throw RpcError.Invalid("must provide required parameters: BatchType/Reason/Namespace/Query/Executions");
        if (r.JobId.Length == 0) throw RpcError.Invalid("JobId is not set on request.");
        if (r.VisibilityQuery.Length > 0 && r.Executions.Count > 0)
            throw RpcError.Invalid("batch query and executions are mutually exclusive");
        // What is listed must contain everything that was acknowledged before.
        await engine.SettledAsync();
        var targets = r.Executions.Count > 0 ? [.. r.Executions]
            : _visibility.Executions(r.Namespace, engine.Read(() => Filter.Parse(ns, r.VisibilityQuery)));
        return await engine.ExecuteAsync(tx =>
        {
            if (engine.Batches.Find(r.Namespace, r.JobId) is not null)
                throw new RpcError(StatusCode.AlreadyExists, $"batch operation {r.JobId} already exists");
            engine.Batches.Start(
                tx, new BatchRecord
                {
                    Namespace = r.Namespace,
                    JobId = r.JobId,
                    Request = r,
                    StartTime = tx.Now,
                    Targets = targets,
                });
            return new StartBatchOperationResponse();
        });
    }

    private static DescribeBatchOperationResponse Describe(BatchRecord b)
    {
        var (type, identity) = BatchOperations.Of(b.Request);
        return new DescribeBatchOperationResponse
        {
            OperationType = type,
            JobId = b.JobId,
            State = b.State,
            StartTime = b.StartTime.Proto(),
            CloseTime = b.CloseTime?.Proto(),
            TotalOperationCount = b.Targets.Count,
            CompleteOperationCount = b.Done,
            FailureOperationCount = b.Failed,
            Identity = identity,
            Reason = b.Request.Reason,
        };
    }

    private static BatchOperationInfo Info(BatchRecord b) => new()
    {
        JobId = b.JobId,
        State = b.State,
        StartTime = b.StartTime.Proto(),
        CloseTime = b.CloseTime?.Proto(),
    };
}
