namespace Pipeline.EmbeddedTemporal.History;

// The end of a query: an answer, or the error to report.
internal sealed record QueryAnswer(Payloads? Result, RpcError? Error);

// A query waiting to travel with the next workflow task.
internal sealed class PendingQuery
{
    public required string Id { get; init; }

    public required Temporalio.Api.Query.V1.WorkflowQuery Query { get; init; }

    public bool Sent { get; set; }

    public TaskCompletionSource<QueryAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
