namespace Pipeline.EmbeddedTemporal.Storage;

// One row of the table `runs`: the columns that lists filter by, and the state.
internal sealed record RunRow(
    long Seq, string Namespace, string WorkflowId, string RunId, string Type, string Queue, int Status, long StartTime,
    long ExecutionTime, long? CloseTime, long? HistoryLength, long? HistorySize, long Transitions, long? Duration,
    string? ParentId, string? ParentRun, string RootId, string RootRun, string Attributes, string State);
