using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Matching;

// An activity task on its way to a worker; the input is read from the scheduled event.
internal sealed class ActivityTaskReply(Run run, ActivityState activity)
{
    private readonly long _scheduledId = activity.ScheduledId;
    private readonly long _tailStart = run.TailStart;
    private readonly HistoryEvent? _scheduled = run.Tail.FirstOrDefault(e => e.EventId == activity.ScheduledId);

    public PollActivityTaskQueueResponse Response { get; } = new()
    {
        TaskToken = new TaskToken(
            TaskToken.Activity, run.State.RunId, activity.ScheduledId, 0, activity.Attempt, activity.Stamp).Encode(),
        WorkflowNamespace = run.State.Namespace,
        WorkflowType = new WorkflowType { Name = run.State.Type },
        WorkflowExecution = run.Execution,
        ActivityType = new ActivityType { Name = activity.Type },
        ActivityId = activity.ActivityId,
        HeartbeatDetails = activity.HeartbeatDetails,
        ScheduledTime = activity.FirstScheduledTime.Proto(),
        CurrentAttemptScheduledTime = activity.ScheduledTime.Proto(),
        StartedTime = activity.StartedTime!.Value.Proto(),
        Attempt = activity.Attempt,
        ScheduleToCloseTimeout = activity.ScheduleToClose.Proto(),
        StartToCloseTimeout = activity.StartToClose.Proto(),
        HeartbeatTimeout = activity.Heartbeat.Proto(),
        RetryPolicy = activity.RetryPolicy,
        Priority = activity.Priority,
    };

    public PollActivityTaskQueueResponse Complete(RunStore store)
    {
        var scheduled = _scheduled ?? Run.Collect(store, run.Seq, _scheduledId, _scheduledId, _tailStart, [])
            .FirstOrDefault()
            ?? Run.Collect(store, run.Seq, _scheduledId, _scheduledId, long.MaxValue, []).Single();
        Response.Input = scheduled.ActivityTaskScheduledEventAttributes.Input;
        Response.Header = scheduled.ActivityTaskScheduledEventAttributes.Header;
        return Response;
    }
}
