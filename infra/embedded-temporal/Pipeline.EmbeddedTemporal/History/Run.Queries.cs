using Temporalio.Api.Query.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Queries: straight to a worker when nothing is pending, else with the next workflow task.
internal sealed partial class Run
{
    private const int MaxWaitingQueries = 10;
    private readonly List<PendingQuery> _queries = [];

    // The queue of the worker that has the run cached; empty when there is none or it does not poll any more.
    public string LiveStickyQueue => State.StickyQueue.Length > 0
        && Engine.Matching.HasStickyPoller(State.Namespace, State.StickyQueue) ? State.StickyQueue : "";

    public PendingQuery Query(Tx tx, WorkflowQuery query)
    {
        if (State.TaskAttempt >= 3 && State.IsOpen)
            throw new RpcError(
                StatusCode.FailedPrecondition, "Unable to query workflow due to Workflow Task in failed state.",
                new Temporalio.Api.ErrorDetails.V1.WorkflowNotReadyFailure());
        if (!State.IsOpen && State.LastCompletedStartedId == 0)
            throw RpcError.Precondition("workflow must handle at least one workflow task before it can be queried");
        if (_queries.Count >= MaxWaitingQueries)
            throw RpcError.Exhausted(
                "consistent query buffer is full, this may be caused by too many queries and workflow not able to "
                    + "process query fast enough");
        var pending = new PendingQuery { Id = Guid.NewGuid().ToString(), Query = query };
        _queries.Add(pending);
        if (!State.IsOpen || (State.Task is null && State.LastCompletedStartedId > 0)) DispatchWaitingQueries(tx);
        return pending;
    }

    // Nobody waits for the answer any more.
    public void ForgetQuery(PendingQuery query)
    {
        _queries.Remove(query);
        Engine.DirectQueries.Remove(query.Id);
    }

    private void DispatchWaitingQueries(Tx tx)
    {
        if (State.LastCompletedStartedId == 0)
        {
            foreach (var query in _queries)
                query.Answer.TrySetResult(
                    new QueryAnswer(
                        null, RpcError.Precondition(
                            "workflow must handle at least one workflow task before it can be queried")));
            _queries.Clear();
            return;
        }

        foreach (var query in _queries.ToList())
        {
            _queries.Remove(query);
            var direct = new DirectQuery(this, query);
            Engine.DirectQueries[query.Id] = direct;
            direct.Offer(tx, maySticky: true);
        }
    }

    private List<PendingQuery> TakeQueries()
    {
        // A worker that is still busy with the end of one task, and gets a query and the next task right behind each
        // other, keeps the task and loses the query. So the task brings along what was asked before it; the first
        // answer counts.
        foreach (var direct in Engine.DirectQueries.Values.Where(q => ReferenceEquals(q.Run, this)))
        {
            direct.Take();
            if (!_queries.Contains(direct.Pending)) _queries.Add(direct.Pending);
        }

        foreach (var query in _queries) query.Sent = true;
        return [.. _queries];
    }

    private void AnswerQueries(MapField<string, WorkflowQueryResult> results)
    {
        foreach (var query in _queries.Where(q => q.Sent).ToList())
        {
            _queries.Remove(query);
            if (results.TryGetValue(query.Id, out var result))
            {
                Engine.DirectQueries.Remove(query.Id);
                query.Answer.TrySetResult(
                    AnswerOf(result.ResultType, result.Answer, result.ErrorMessage, result.Failure));
            }
            else if (!query.Answer.Task.IsCompleted)
            {
                query.Sent = false;
                _queries.Add(query);
            }
        }
    }

    public static QueryAnswer AnswerOf(
        QueryResultType type, Payloads? answer, string error, ApiFailure.Failure? failure) =>
        type == QueryResultType.Failed
            ? new QueryAnswer(null, new RpcError(StatusCode.InvalidArgument, error,
                new Temporalio.Api.ErrorDetails.V1.QueryFailedFailure { Failure = failure }))
            : new QueryAnswer(answer, null);

    private void ResendQueries()
    {
        foreach (var query in _queries) query.Sent = false;
    }
}
