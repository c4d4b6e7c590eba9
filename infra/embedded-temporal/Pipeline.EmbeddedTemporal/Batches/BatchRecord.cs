namespace Pipeline.EmbeddedTemporal.Batches;

// The stored state of one batch operation: the request, its targets, and how far it came.
internal sealed class BatchRecord
{
    public required string Namespace { get; init; }

    public required string JobId { get; init; }

    public required StartBatchOperationRequest Request { get; init; }

    public DateTime StartTime { get; init; }

    public DateTime? CloseTime { get; set; }

    public BatchOperationState State { get; set; } = BatchOperationState.Running;

    public required List<WorkflowExecution> Targets { get; init; }

    public int Done { get; set; }

    public int Failed { get; set; }

    public string StopReason { get; set; } = "";
}
