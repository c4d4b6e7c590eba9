namespace Pipeline.EmbeddedTemporal.HttpApi;

// The whole history of a run as one JSON document, page by page.
internal sealed class HistoryDownload(MethodTable methods)
{
    private const string Method = "/temporal.api.workflowservice.v1.WorkflowService/GetWorkflowExecutionHistory";

    public async Task SendAsync(HttpContext http, string ns, string workflowId, string runId)
    {
        if (!methods.TryGet(Method, out _, out var handler))
            throw RpcError.Unimplemented("GetWorkflowExecutionHistory");
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = ns,
            Execution = new WorkflowExecution { WorkflowId = workflowId, RunId = runId },
        };
        var history = new ApiHistory();
        do
        {
            var page = (GetWorkflowExecutionHistoryResponse)await handler(
                request, new CallContext(null, null, http.RequestAborted));
            history.Events.Add(page.History.Events);
            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);
        await HttpReplies.SendAsync(http, history);
    }
}
