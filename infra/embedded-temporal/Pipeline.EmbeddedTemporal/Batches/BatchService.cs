using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Batches;

// Runs batch operations in the background, one workflow a transaction; a restart goes on where it stopped.
internal sealed class BatchService(Engine engine, ILogger logger)
{
    private const string Kind = "batch";
    private readonly Dictionary<(string Namespace, string JobId), BatchRecord> _batches = [];

    public IEnumerable<BatchRecord> Of(string ns) =>
        _batches.Values.Where(b => b.Namespace == ns).OrderByDescending(b => b.StartTime);

    public BatchRecord? Find(string ns, string jobId) => _batches.GetValueOrDefault((ns, jobId));

    public BatchRecord Get(string ns, string jobId)
    {
        engine.Namespaces.Get(ns);
        return Find(ns, jobId) ?? throw RpcError.NotFound($"workflow not found for ID: {jobId}");
    }

    public void Load()
    {
        _batches.Clear();
        foreach (var (ns, id, data) in engine.Store.Entities(Kind)) _batches[(ns, id)] =
            StateJson.Read<BatchRecord>(data);
        foreach (var batch in _batches.Values.Where(b => b.State == BatchOperationState.Running))
            _ = Task.Run(() => RunAsync(batch));
    }

    public void Start(Tx tx, BatchRecord batch)
    {
        _batches[(batch.Namespace, batch.JobId)] = batch;
        Store(tx, batch);
        tx.AfterDurable(() => _ = Task.Run(() => RunAsync(batch)));
    }

    public static void Stop(Tx tx, BatchRecord batch, string reason)
    {
        if (batch.State != BatchOperationState.Running) return;
        batch.State = BatchOperationState.Failed;
        batch.StopReason = reason;
        batch.CloseTime = tx.Now;
        Store(tx, batch);
    }

    private async Task RunAsync(BatchRecord batch)
    {
        try
        {
            while (await engine.ExecuteAsync(tx => Step(tx, batch)))
            {
                // One workflow after the other, so that others get their turn.
            }
        }
        catch (Exception error)
        {
            logger.LogWarning(
                "Batch {JobId} stopped: {Reason}. It goes on after a restart.", batch.JobId, error.Message);
        }
    }

    // Deals with the next workflow; false when there is none.
    private bool Step(Tx tx, BatchRecord batch)
    {
        if (!ReferenceEquals(Find(batch.Namespace, batch.JobId), batch) || batch.State != BatchOperationState.Running)
            return false;
        if (batch.Done + batch.Failed < batch.Targets.Count)
        {
            try
            {
                BatchOperations.Apply(tx, batch, batch.Targets[batch.Done + batch.Failed]);
                tx.Drain();
                batch.Done++;
            }
            catch (RpcError)
            {
                batch.Failed++;
            }
        }

        var left = batch.Done + batch.Failed < batch.Targets.Count;
        if (!left)
        {
            batch.State = BatchOperationState.Completed;
            batch.CloseTime = tx.Now;
        }

        Store(tx, batch);
        return left;
    }

    private static void Store(Tx tx, BatchRecord batch) =>
        tx.Batch.Entities.Add((Kind, batch.Namespace, batch.JobId, StateJson.Write(batch)));
}
