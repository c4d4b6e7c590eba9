using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Matching;

namespace Pipeline.EmbeddedTemporal.Frontend;

// What workers call: polls, completions and heartbeats.
internal sealed class WorkerHandlers(Engine engine)
{
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromSeconds(1);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<PollWorkflowTaskQueueRequest, PollWorkflowTaskQueueResponse>("PollWorkflowTaskQueue", PollWorkflow)
        .On<PollActivityTaskQueueRequest, PollActivityTaskQueueResponse>("PollActivityTaskQueue", PollActivity)
        .On<RespondWorkflowTaskCompletedRequest, RespondWorkflowTaskCompletedResponse>(
            "RespondWorkflowTaskCompleted", CompleteTask)
        .On<RespondWorkflowTaskFailedRequest, RespondWorkflowTaskFailedResponse>("RespondWorkflowTaskFailed", FailTask)
        .On<RespondQueryTaskCompletedRequest, RespondQueryTaskCompletedResponse>(
            "RespondQueryTaskCompleted", CompleteQuery)
        .On<ShutdownWorkerRequest, ShutdownWorkerResponse>("ShutdownWorker", Shutdown)
        .On<RespondActivityTaskCompletedRequest, RespondActivityTaskCompletedResponse>(
            "RespondActivityTaskCompleted", (r, _) => ByToken(r.TaskToken,
            (tx, run,
                a) =>
            {
                run.CompleteActivity(tx, a, r.Result, r.Identity);
                return new RespondActivityTaskCompletedResponse();
            }))
        .On<RespondActivityTaskFailedRequest, RespondActivityTaskFailedResponse>(
            "RespondActivityTaskFailed", (r, _) => ByToken(r.TaskToken,
            (tx, run,
                a) =>
            {
                run.FailActivity(tx, a, r.Failure ?? new(), r.Identity, r.LastHeartbeatDetails);
                return new RespondActivityTaskFailedResponse();
            }))
        .On<RespondActivityTaskCanceledRequest, RespondActivityTaskCanceledResponse>(
            "RespondActivityTaskCanceled", (r, _) => ByToken(r.TaskToken,
            (tx, run,
                a) =>
            {
                run.CancelActivity(tx, a, r.Details, r.Identity);
                return new RespondActivityTaskCanceledResponse();
            }))
        .On<RecordActivityTaskHeartbeatRequest, RecordActivityTaskHeartbeatResponse>(
            "RecordActivityTaskHeartbeat", (r, _) => ByToken(r.TaskToken,
            (tx, run, a) =>
            {
                run.Heartbeat(tx, a, r.Details, r.Identity);
                return new RecordActivityTaskHeartbeatResponse
                {
                    CancelRequested = a.CancelRequested,
                    ActivityPaused = a.Paused,
                    ActivityReset = a.ResetRequested,
                };
            }))
        .On<RespondActivityTaskCompletedByIdRequest, RespondActivityTaskCompletedByIdResponse>(
            "RespondActivityTaskCompletedById", (r, _) => ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId,
            (tx, run,
                a) =>
            {
                run.CompleteActivity(tx, a, r.Result, r.Identity);
                return new RespondActivityTaskCompletedByIdResponse();
            }))
        .On<RespondActivityTaskFailedByIdRequest, RespondActivityTaskFailedByIdResponse>(
            "RespondActivityTaskFailedById", (r, _) => ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId,
            (tx, run,
                a) =>
            {
                run.FailActivity(tx, a, r.Failure ?? new(), r.Identity, r.LastHeartbeatDetails);
                return new RespondActivityTaskFailedByIdResponse();
            }))
        .On<RespondActivityTaskCanceledByIdRequest, RespondActivityTaskCanceledByIdResponse>(
            "RespondActivityTaskCanceledById", (r, _) => ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId,
            (tx, run,
                a) =>
            {
                run.CancelActivity(tx, a, r.Details, r.Identity);
                return new RespondActivityTaskCanceledByIdResponse();
            }))
        .On<RecordActivityTaskHeartbeatByIdRequest, RecordActivityTaskHeartbeatByIdResponse>(
            "RecordActivityTaskHeartbeatById", (r, _) => ById(r.Namespace, r.WorkflowId, r.RunId, r.ActivityId,
            (tx, run, a) =>
            {
                run.Heartbeat(tx, a, r.Details, r.Identity);
                return new RecordActivityTaskHeartbeatByIdResponse
                {
                    CancelRequested = a.CancelRequested,
                    ActivityPaused = a.Paused,
                    ActivityReset = a.ResetRequested,
                };
            }));

    private static void CheckPoll(TaskQueue? queue, CallContext context)
    {
        if (context.Deadline is { } deadline && deadline - DateTime.UtcNow < ShortestPoll)
            throw RpcError.Precondition("Context timeout is too short.");
        if (queue is null) throw RpcError.Invalid("taskQueue is not set");
        if (queue.Name.Length == 0) throw RpcError.Invalid("missing task queue name");
    }

    private async Task<PollWorkflowTaskQueueResponse> PollWorkflow(PollWorkflowTaskQueueRequest r, CallContext context)
    {
        CheckPoll(r.TaskQueue, context);
        var worker = WorkerIdentity.Of(r.Identity, r.BinaryChecksum, r.WorkerVersionCapabilities, r.DeploymentOptions);
        var poller = new Poller(worker, r.TaskQueue.Kind == TaskQueueKind.Sticky, context.Aborted);
        var task = await engine.Matching.PollAsync(
            r.Namespace, r.TaskQueue.Name, TaskQueueType.Workflow, poller, r.WorkerVersionCapabilities, null, context);
        return task is WorkflowTaskReply reply ? reply.Complete(engine.Store) : new PollWorkflowTaskQueueResponse();
    }

    private async Task<PollActivityTaskQueueResponse> PollActivity(PollActivityTaskQueueRequest r, CallContext context)
    {
        CheckPoll(r.TaskQueue, context);
        var worker = WorkerIdentity.Of(r.Identity, "", r.WorkerVersionCapabilities, r.DeploymentOptions);
        var task = await engine.Matching.PollAsync(
            r.Namespace, r.TaskQueue.Name, TaskQueueType.Activity, new Poller(worker, false, context.Aborted),
            r.WorkerVersionCapabilities, r.TaskQueueMetadata?.MaxTasksPerSecond, context);
        return task is ActivityTaskReply reply ? reply.Complete(engine.Store) : new PollActivityTaskQueueResponse();
    }

    private Task<RespondWorkflowTaskCompletedResponse> CompleteTask(
        RespondWorkflowTaskCompletedRequest r, CallContext context)
    {
        var token = TaskToken.Decode(r.TaskToken, TaskToken.Workflow);
        return engine.ExecuteAsync(tx => RunOf(token, "Workflow task not found.").CompleteTask(tx, token, r));
    }

    private Task<RespondWorkflowTaskFailedResponse> FailTask(RespondWorkflowTaskFailedRequest r, CallContext context)
    {
        var token = TaskToken.Decode(r.TaskToken, TaskToken.Workflow);
        return engine.ExecuteAsync(tx =>
        {
            var run = RunOf(token, "Workflow task not found.");
            run.StartedTask(token);
            run.FailTask(tx, r.Cause, r.Failure, r.Identity);
            return new RespondWorkflowTaskFailedResponse();
        });
    }

    private Task<RespondQueryTaskCompletedResponse> CompleteQuery(
        RespondQueryTaskCompletedRequest r, CallContext context)
    {
        var token = TaskToken.Decode(r.TaskToken, TaskToken.Query);
        var answer = engine.Read(() => engine.DirectQueries.Remove(token.Extra, out var found) ? found : null)
            ?? throw RpcError.NotFound("query task not found, or already expired");
        answer.Answer.TrySetResult(Run.AnswerOf(r.CompletedType, r.QueryResult, r.ErrorMessage, r.Failure));
        return Task.FromResult(new RespondQueryTaskCompletedResponse());
    }

    private Task<ShutdownWorkerResponse> Shutdown(ShutdownWorkerRequest r, CallContext context) => engine.ExecuteAsync(
        tx =>
    {
        if (r.StickyTaskQueue.Length > 0) engine.Matching.CloseSticky(tx, r.Namespace, r.StickyTaskQueue);
        return new ShutdownWorkerResponse();
    });

    private Run RunOf(TaskToken token, string missing) =>
        engine.Runs.FindByRunId(token.RunId) ?? throw RpcError.NotFound(missing);

    private Task<T> ByToken<T>(ByteString bytes, Func<Tx, Run, ActivityState, T> act)
    {
        var token = TaskToken.Decode(bytes, TaskToken.Activity);
        return engine.ExecuteAsync(tx =>
        {
            var run = RunOf(token, Run.ActivityNotFoundText);
            return act(tx, run, run.StartedActivity(token));
        });
    }

    private Task<T> ById<T>(string ns, string workflowId, string runId, string activityId,
        Func<Tx, Run, ActivityState, T> act) => engine.ExecuteAsync(tx =>
    {
        var run = engine.Runs.Get(ns, workflowId, runId);
        if (!run.IsOpen) throw RpcError.NotFound("workflow execution already completed");
        var activity = run.ActivityById(activityId) ?? throw RpcError.NotFound(
            $"cannot find pending activity with ActivityID {activityId}, check workflow execution history for more "
                + $"details");
        return act(tx, run, activity);
    });
}
