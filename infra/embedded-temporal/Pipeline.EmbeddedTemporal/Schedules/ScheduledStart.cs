using System.Globalization;
using Pipeline.EmbeddedTemporal.Visibility;

namespace Pipeline.EmbeddedTemporal.Schedules;

// The start request of one action.
internal static class ScheduledStart
{
    public static StartWorkflowExecutionRequest Of(ScheduleRecord state, BufferedStart start, string identity)
    {
        var action = state.Schedule.Action.StartWorkflow;
        var time = start.Nominal.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var attributes = action.SearchAttributes?.Clone() ?? new SearchAttributes();
        attributes.IndexedFields["TemporalScheduledStartTime"] = AttributeJson.Scalar(time, IndexedValueType.Datetime);
        attributes.IndexedFields["TemporalScheduledById"] =
            AttributeJson.Scalar(state.ScheduleId, IndexedValueType.Keyword);
        var overlaps = (start.Overlap == ScheduleOverlapPolicy.Unspecified
            ? state.Schedule.Policies.OverlapPolicy : start.Overlap) == ScheduleOverlapPolicy.AllowAll;
        return new StartWorkflowExecutionRequest
        {
            Namespace = state.Namespace,
            WorkflowId = action.WorkflowId + "-" + time,
            WorkflowType = action.WorkflowType,
            TaskQueue = action.TaskQueue,
            Input = action.Input,
            WorkflowExecutionTimeout = action.WorkflowExecutionTimeout,
            WorkflowRunTimeout = action.WorkflowRunTimeout,
            WorkflowTaskTimeout = action.WorkflowTaskTimeout,
            Identity = identity,
            RequestId = Guid.NewGuid().ToString(),
            WorkflowIdReusePolicy = start.Manual
                ? WorkflowIdReusePolicy.AllowDuplicate : WorkflowIdReusePolicy.RejectDuplicate,
            RetryPolicy = action.RetryPolicy,
            Memo = action.Memo,
            SearchAttributes = attributes,
            Header = action.Header,
            UserMetadata = action.UserMetadata,
            Priority = action.Priority,
            // Overlapping runs have no predecessor.
            LastCompletionResult = overlaps ? null : state.LastResult,
            ContinuedFailure = overlaps ? null : state.LastFailure,
        };
    }
}
