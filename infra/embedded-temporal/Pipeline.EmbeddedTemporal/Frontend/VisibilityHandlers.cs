using System.Globalization;
using System.Text;
using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Visibility;
using Temporalio.Api.Workflow.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Listing and counting workflows.
internal sealed class VisibilityHandlers(Engine engine)
{
    private readonly VisibilityStore _store = new(engine.Database);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<ListWorkflowExecutionsRequest, ListWorkflowExecutionsResponse>("ListWorkflowExecutions", List)
        .On<CountWorkflowExecutionsRequest, CountWorkflowExecutionsResponse>("CountWorkflowExecutions", Count);

    private ListWorkflowExecutionsResponse List(ListWorkflowExecutionsRequest r)
    {
        var filter = engine.Read(() => Filter.Parse(engine.Namespaces.Get(r.Namespace), r.Query));
        if (filter.GroupBy is not null) throw VisibilityErrors.Unsupported("'group by' clause");
        var size = r.PageSize is > 0 and <= Limits.PageSize ? r.PageSize : Limits.PageSize;
        var rows = _store.List(r.Namespace, filter, size, Position(r.NextPageToken));
        var response = new ListWorkflowExecutionsResponse { Executions = { rows.Select(row => Info(row.State)) } };
        if (rows.Count == size)
        {
            var last = rows[^1].State;
            response.NextPageToken = ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture,
                $"l1|{last.CloseTime?.Micros() ?? long.MaxValue}|{last.StartTime.Micros()}|{last.RunId}"));
        }

        return response;
    }

    private CountWorkflowExecutionsResponse Count(CountWorkflowExecutionsRequest r)
    {
        var filter = engine.Read(() => Filter.Parse(engine.Namespaces.Get(r.Namespace), r.Query));
        var counts = _store.CountByStatus(r.Namespace, filter);
        var response = new CountWorkflowExecutionsResponse { Count = counts.Sum(c => c.Count) };
        if (filter.GroupBy is null) return response;
        response.Groups.Add(counts.Select(c => new CountWorkflowExecutionsResponse.Types.AggregationGroup
        {
            GroupValues = { AttributeJson.Keyword(c.Status.ToString()) },
            Count = c.Count,
        }));
        return response;
    }

    private static (long Close, long Start, string RunId)? Position(ByteString token)
    {
        if (token.IsEmpty) return null;
        return Encoding.UTF8.GetString(token.Span).Split('|') is ["l1", var close, var start, var run]
            && long.TryParse(close, CultureInfo.InvariantCulture, out var c)
            && long.TryParse(start, CultureInfo.InvariantCulture, out var s)
            ? (c, s, run)
            : throw RpcError.Invalid("Invalid NextPageToken.");
    }

    private static WorkflowExecutionInfo Info(RunState s)
    {
        var execution = s.StartTime.After(s.FirstTaskBackoff);
        var info = new WorkflowExecutionInfo
        {
            Execution = new WorkflowExecution { WorkflowId = s.WorkflowId, RunId = s.RunId },
            Type = new WorkflowType { Name = s.Type },
            StartTime = s.StartTime.Proto(),
            ExecutionTime = execution.Proto(),
            CloseTime = s.CloseTime?.Proto(),
            Status = s.Status,
            Memo = s.Memo,
            SearchAttributes = AttributeJson.Listed(s.SearchAttributes),
            TaskQueue = s.TaskQueue,
            RootExecution = new WorkflowExecution { WorkflowId = s.RootWorkflowId, RunId = s.RootRunId },
        };
        if (s.ParentRunId.Length > 0) info.ParentExecution = new WorkflowExecution
        {
            WorkflowId = s.ParentWorkflowId,
            RunId = s.ParentRunId,
        };
        if (s.CloseTime is not { } close) return info;
        info.HistoryLength = s.NextEventId - 1;
        info.HistorySizeBytes = s.HistorySize;
        info.StateTransitionCount = s.Transitions;
        info.ExecutionDuration = (close - execution).Proto();
        return info;
    }
}
