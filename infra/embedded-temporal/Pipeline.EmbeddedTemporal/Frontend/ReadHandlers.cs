using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.Workflow.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Histories, descriptions and task queues.
internal sealed class ReadHandlers(Engine engine)
{
    public void Bind(MethodTable.ServiceBinder service) => service
        .On<GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse>(
            "GetWorkflowExecutionHistory", History)
        .On<GetWorkflowExecutionHistoryReverseRequest, GetWorkflowExecutionHistoryReverseResponse>(
            "GetWorkflowExecutionHistoryReverse", Reverse)
        .On<DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse>(
            "DescribeWorkflowExecution", r => engine.Read(() => Describe(r)));

    private async Task<GetWorkflowExecutionHistoryResponse> History(
        GetWorkflowExecutionHistoryRequest r, CallContext context)
    {
        var token = r.NextPageToken.IsEmpty ? null : HistoryToken.Decode(r.NextPageToken);
        var run = engine.Read(() =>
            engine.Runs.Get(r.Namespace, r.Execution?.WorkflowId ?? "", token?.RunId ?? r.Execution?.RunId ?? ""));
        if (token is not null && r.Execution?.RunId is { Length: > 0 } asked && asked != token.RunId)
            throw RpcError.Invalid("RunId in the request does not match the NextPageToken.");
        var closeOnly = r.HistoryEventFilterType == HistoryEventFilterType.CloseEvent;
        var next = token?.Next ?? 1;
        var until = DateTime.UtcNow + context.HoldFor(Limits.HistoryLongPoll);
        while (true)
        {
            // Watch before looking: what becomes durable in between wakes us.
            var (wait, open, nextId) = engine.Read(() => (run.WatchAsync(), run.IsOpen, run.State.NextEventId));
            var ready = closeOnly ? !open : next < nextId || !open;
            var left = until - DateTime.UtcNow;
            if (ready || !(r.WaitNewEvent || closeOnly) || left <= TimeSpan.Zero)
                return await PageAsync(run, r, token, next, closeOnly, ready);
            try
            {
                await wait.WaitAsync(left, context.Aborted);
            }
            catch (TimeoutException)
            {
                // Answered empty above.
            }
        }
    }

    private async Task<GetWorkflowExecutionHistoryResponse> PageAsync(
        Run run, GetWorkflowExecutionHistoryRequest r, HistoryToken? token, long next, bool closeOnly, bool ready)
    {
        // The events shown must be on disk: an empty transaction waits for everything before it.
        var (open, last, tailStart, tail, extra) = engine.Read(() =>
            (run.IsOpen, run.State.NextEventId - 1, run.TailStart, run.Tail.ToList(), token?.ForWorker == true
                ? run.VirtualEvents().ToList() : []));
        await engine.SettledAsync();
        var end = token is { Last: > 0 } ? Math.Min(token.Last, last) : last;
        var response = new GetWorkflowExecutionHistoryResponse { History = new ApiHistory() };
        if (closeOnly)
        {
            if (ready) response.History.Events.Add(Run.Collect(engine.Store, run.Seq, last, last, tailStart, tail));
            if (open || !ready) response.NextPageToken = new HistoryToken(run.State.RunId, next, 0, false).Encode();
            return response;
        }

        var size = r.MaximumPageSize is > 0 and <= Limits.HistoryPage ? r.MaximumPageSize : Limits.HistoryPage;
        var pageEnd = Math.Min(end, next + size - 1);
        response.History.Events.Add(Run.Collect(engine.Store, run.Seq, next, pageEnd, tailStart, tail));
        var more = pageEnd < end;
        if (!more) response.History.Events.Add(extra);
        if (more || (r.WaitNewEvent && open))
            response.NextPageToken = new HistoryToken(
                run.State.RunId, Math.Max(next, pageEnd + 1), more ? token?.Last ?? 0 : 0,
                more && token?.ForWorker == true).Encode();
        return response;
    }

    private Task<GetWorkflowExecutionHistoryReverseResponse> Reverse(
        GetWorkflowExecutionHistoryReverseRequest r, CallContext context)
    {
        var token = r.NextPageToken.IsEmpty ? null : HistoryToken.Decode(r.NextPageToken);
        return engine.ExecuteAsync(_ =>
        {
            var run =
                engine.Runs.Get(r.Namespace, r.Execution?.WorkflowId ?? "", token?.RunId ?? r.Execution?.RunId ?? "");
            var last = token?.Next ?? run.State.NextEventId - 1;
            var size = r.MaximumPageSize is > 0 and <= Limits.HistoryPage ? r.MaximumPageSize : Limits.HistoryPage;
            var first = Math.Max(1, last - size + 1);
            var response = new GetWorkflowExecutionHistoryReverseResponse
            {
                History = new ApiHistory { Events = { Enumerable.Reverse(run.Events(first, last)) } },
            };
            if (first > 1) response.NextPageToken = new HistoryToken(run.State.RunId, first - 1, 0, false).Encode();
            return response;
        });
    }

    private DescribeWorkflowExecutionResponse Describe(DescribeWorkflowExecutionRequest r)
    {
        var run = engine.Runs.Get(r.Namespace, r.Execution);
        var s = run.State;
        var response = new DescribeWorkflowExecutionResponse
        {
            ExecutionConfig = new WorkflowExecutionConfig
            {
                TaskQueue = new TaskQueue { Name = s.TaskQueue, Kind = TaskQueueKind.Normal },
                WorkflowExecutionTimeout = s.ExecutionTimeout > TimeSpan.Zero ? s.ExecutionTimeout.Proto() : null,
                WorkflowRunTimeout = s.RunTimeout > TimeSpan.Zero ? s.RunTimeout.Proto() : null,
                DefaultWorkflowTaskTimeout = s.TaskTimeout.Proto(),
                UserMetadata = s.UserMetadata,
            },
            WorkflowExecutionInfo = ExecutionInfos.Full(run),
            WorkflowExtendedInfo = new WorkflowExecutionExtendedInfo
            {
                ExecutionExpirationTime = s.ExecutionExpiration?.Proto(),
                // The beginning of time stands for never, as on the real server.
                RunExpirationTime = (run.RunExpiration < DateTime.MaxValue ? run.RunExpiration : DateTime.MinValue)
                    .Proto(),
                OriginalStartTime = s.StartTime.Proto(),
                CancelRequested = s.CancelRequested,
                ResetRunId = s.ResetRunId,
            },
        };
        foreach (var (id, record) in s.RequestIds)
            response.WorkflowExtendedInfo.RequestIdInfos[id] = new RequestIdInfo
            {
                EventType = record.EventType,
                EventId = record.EventId,
            };
        response.PendingActivities.Add(run.Activities.Values.Select(a => ExecutionInfos.Pending(run, a)));
        response.PendingChildren.Add(
            run.Children.Values.Where(c => c.RunId.Length > 0).Select(c => new PendingChildExecutionInfo
            {
                WorkflowId = c.WorkflowId,
                RunId = c.RunId,
                WorkflowTypeName = c.Type,
                InitiatedId = c.InitiatedId,
                ParentClosePolicy = c.ParentClosePolicy,
            }));
        if (s.Task is { } task)
        {
            response.PendingWorkflowTask = new PendingWorkflowTaskInfo
            {
                State = task.IsStarted ? PendingWorkflowTaskState.Started : PendingWorkflowTaskState.Scheduled,
                ScheduledTime = task.ScheduledTime.Proto(),
                OriginalScheduledTime = task.OriginalScheduledTime.Proto(),
                StartedTime = task.StartedTime?.Proto(),
                Attempt = task.Attempt,
            };
        }

        return response;
    }
}
