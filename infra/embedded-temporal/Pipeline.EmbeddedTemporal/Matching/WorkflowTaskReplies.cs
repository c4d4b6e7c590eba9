using Pipeline.EmbeddedTemporal.History;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Query.V1;

namespace Pipeline.EmbeddedTemporal.Matching;

// Builds what a polling worker receives.
internal static class WorkflowTaskReplies
{
    public static WorkflowTaskReply Of(
        Run run, WorkflowTaskState task, bool fullHistory, IEnumerable<Message> messages,
        IReadOnlyList<PendingQuery> queries)
    {
        var response = Base(run);
        response.TaskToken = new TaskToken(
            TaskToken.Workflow, run.State.RunId, task.ScheduledId, task.StartedId, task.Attempt, task.Stamp).Encode();
        response.StartedEventId = task.StartedId;
        response.Attempt = task.Attempt;
        response.ScheduledTime = task.ScheduledTime.Proto();
        response.StartedTime = task.StartedTime!.Value.Proto();
        response.Messages.Add(messages);
        foreach (var query in queries) response.Queries[query.Id] = query.Query;
        var last = task.IsWritten ? task.StartedId : run.State.NextEventId - 1;
        return Wrap(run, response, fullHistory, last, [.. run.VirtualEvents()]);
    }

    public static WorkflowTaskReply OfQuery(Run run, string queryId, WorkflowQuery query, bool fullHistory)
    {
        var response = Base(run);
        response.TaskToken = new TaskToken(TaskToken.Query, run.State.RunId, 0, 0, 0, 0, queryId).Encode();
        response.StartedEventId = run.State.LastCompletedStartedId;
        response.Attempt = 1;
        response.ScheduledTime = response.StartedTime = run.Engine.Clock.UtcNow.Proto();
        response.Query = query;
        // A worker that has the run cached needs nothing but the question.
        return Wrap(run, response, fullHistory, fullHistory ? run.State.NextEventId - 1 : 0, []);
    }

    private static PollWorkflowTaskQueueResponse Base(Run run) => new()
    {
        WorkflowExecution = run.Execution,
        WorkflowType = new WorkflowType { Name = run.State.Type },
        PreviousStartedEventId = run.State.LastCompletedStartedId,
        WorkflowExecutionTaskQueue = new TaskQueue { Name = run.State.TaskQueue, Kind = TaskQueueKind.Normal },
    };

    private static WorkflowTaskReply Wrap(
        Run run, PollWorkflowTaskQueueResponse response, bool fullHistory, long last,
        List<HistoryEvent> virtualEvents) => new()
        {
            Response = response,
            Seq = run.Seq,
            First = fullHistory ? 1 : run.State.LastCompletedStartedId + 1,
            Last = last,
            TailStart = run.TailStart,
            Tail = [.. run.Tail],
            Virtual = virtualEvents,
        };
}
