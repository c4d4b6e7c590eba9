using Temporalio.Api.Update.V1;

namespace Pipeline.EmbeddedTemporal.History;

internal enum UpdateStage
{
    Admitted,
    Sent,
    Accepted,
    Completed,
    Aborted,
}

// A live update: kept in memory, durable from its acceptance on.
internal sealed class UpdateState
{
    public required string Id { get; init; }

    public Request? Request { get; set; }

    public UpdateStage Stage { get; set; }

    public long AcceptedId { get; set; }

    public long AdmittedId { get; init; }

    public Outcome? Outcome { get; set; }

    public RpcError? Error { get; set; }

    // Completed and replaced at every change of stage.
    public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
