using Pipeline.EmbeddedTemporal.Storage;
using Pipeline.EmbeddedTemporal.Visibility;

namespace Pipeline.EmbeddedTemporal.History;

// The stored row of a run.
internal static class RunRows
{
    public static RunRow Of(Run run)
    {
        var s = run.State;
        var execution = s.StartTime.After(s.FirstTaskBackoff);
        var closed = s.CloseTime;
        return new RunRow(
            run.Seq, s.Namespace, s.WorkflowId, s.RunId, s.Type, s.TaskQueue, (int)s.Status, s.StartTime.Micros(),
            execution.Micros(),
            closed?.Micros(), closed is null ? null : s.NextEventId - 1, closed is null ? null : s.HistorySize,
            s.Transitions,
            closed is { } end ? (end - execution).Ticks * TimeSpan.NanosecondsPerTick : null,
            Empty(s.ParentWorkflowId), Empty(s.ParentRunId), s.RootWorkflowId, s.RootRunId,
            AttributeJson.Write(s.SearchAttributes), StateJson.Write(s));
    }

    private static string? Empty(string text) => text.Length == 0 ? null : text;
}
