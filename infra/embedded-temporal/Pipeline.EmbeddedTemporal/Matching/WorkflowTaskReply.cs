using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Matching;

// A workflow task on its way to a worker. The history is read after the gate is left and the start is durable.
internal sealed class WorkflowTaskReply
{
    public required PollWorkflowTaskQueueResponse Response { get; init; }

    public required long Seq { get; init; }

    public required long First { get; init; }

    public required long Last { get; init; }

    public required long TailStart { get; init; }

    public required List<HistoryEvent> Tail { get; init; }

    public required List<HistoryEvent> Virtual { get; init; }

    public PollWorkflowTaskQueueResponse Complete(RunStore store)
    {
        var last = Math.Min(Last, First + Limits.HistoryPage - 1);
        var events = Run.Collect(store, Seq, First, last, TailStart, Tail);
        Response.History = new ApiHistory { Events = { events } };
        if (last < Last)
            Response.NextPageToken = new HistoryToken(Response.WorkflowExecution.RunId, last + 1, Last, ForWorker: true)
                .Encode();
        else Response.History.Events.Add(Virtual);
        return Response;
    }
}
