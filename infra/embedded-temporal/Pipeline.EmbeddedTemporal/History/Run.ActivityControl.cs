using Temporalio.Api.Activity.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Pausing, unpausing and resetting activities from outside, and changing their options.
internal sealed partial class Run
{
    private const string PauseInfoAttribute = "TemporalPauseInfo";

    public void PauseActivity(Tx tx, ActivityState activity, string identity, string reason)
    {
        if (activity.Paused) return;
        Change(tx, activity);
        activity.Paused = true;
        activity.PauseTime = tx.Now;
        activity.PauseIdentity = identity;
        activity.PauseReason = reason;
        // A running attempt goes on and hears of it with its next heartbeat.
        if (!activity.IsStarted) Restamp(activity);
        ShowPauses();
    }

    public void UnpauseActivity(Tx tx, ActivityState activity, bool resetAttempts, bool resetHeartbeat, TimeSpan jitter)
    {
        if (!activity.Paused) return;
        Change(tx, activity);
        activity.Paused = false;
        activity.PauseTime = null;
        if (resetAttempts) activity.Attempt = 1;
        if (resetHeartbeat) activity.HeartbeatDetails = null;
        if (!activity.IsStarted) ScheduleAgain(tx, activity, jitter);
        ShowPauses();
    }

    public void ResetActivity(Tx tx, ActivityState activity, bool resetHeartbeat, bool keepPaused, TimeSpan jitter)
    {
        Change(tx, activity);
        activity.Attempt = 1;
        if (activity.IsStarted)
        {
            activity.ResetRequested = true;
            activity.ResetHeartbeatRequested = resetHeartbeat;
        }
        else if (resetHeartbeat)
        {
            activity.HeartbeatDetails = null;
        }

        if (!keepPaused && activity.Paused) activity.Paused = false;
        if (activity is { IsStarted: false, Paused: false }) ScheduleAgain(tx, activity, jitter);
        ShowPauses();
    }

    public ActivityOptions ChangeActivityOptions(
        Tx tx, ActivityState activity, ActivityOptions options, IEnumerable<string> mask)
    {
        var changed = OptionsOf(activity);
        new FieldMask { Paths = { mask } }
            .Merge(options, changed, new FieldMask.MergeOptions { ReplaceMessageFields = false });
        var timeouts =
            ActivityTimeouts.Normalize(changed.ScheduleToCloseTimeout.Span(), changed.ScheduleToStartTimeout.Span(),
            changed.StartToCloseTimeout.Span(), changed.HeartbeatTimeout.Span(), State.RunTimeout);
        if (RetryPolicies.Problem(changed.RetryPolicy) is { } problem) throw RpcError.Invalid(problem);
        Change(tx, activity);
        activity.TaskQueue = changed.TaskQueue?.Name is { Length: > 0 } name ? name : activity.TaskQueue;
        activity.ScheduleToClose = timeouts.ScheduleToClose;
        activity.ScheduleToStart = timeouts.ScheduleToStart;
        activity.StartToClose = timeouts.StartToClose;
        activity.Heartbeat = timeouts.Heartbeat;
        activity.RetryPolicy = RetryPolicies.WithDefaults(changed.RetryPolicy);
        activity.Priority = changed.Priority;
        if (activity.IsStarted) AddActivityTimers(activity);
        else if (!activity.Paused && activity.NextAttemptTime is null) DispatchActivity(tx, activity);
        else Restamp(activity);
        return OptionsOf(activity);
    }

    // The options that the schedule command gave.
    public ActivityOptions RestoreActivityOptions(Tx tx, ActivityState activity)
    {
        var a = Event(activity.ScheduledId).ActivityTaskScheduledEventAttributes;
        var original = new ActivityOptions
        {
            TaskQueue = a.TaskQueue,
            ScheduleToCloseTimeout = a.ScheduleToCloseTimeout,
            ScheduleToStartTimeout = a.ScheduleToStartTimeout,
            StartToCloseTimeout = a.StartToCloseTimeout,
            HeartbeatTimeout = a.HeartbeatTimeout,
            RetryPolicy = a.RetryPolicy,
        };
        return ChangeActivityOptions(tx, activity, original,
            ["task_queue", "schedule_to_close_timeout", "schedule_to_start_timeout", "start_to_close_timeout",
                "heartbeat_timeout", "retry_policy"]);
    }

    public static ActivityOptions OptionsOf(ActivityState activity) => new()
    {
        TaskQueue = new TaskQueue { Name = activity.TaskQueue, NormalName = activity.TaskQueue },
        ScheduleToCloseTimeout = activity.ScheduleToClose.Proto(),
        ScheduleToStartTimeout = activity.ScheduleToStart.Proto(),
        StartToCloseTimeout = activity.StartToClose.Proto(),
        HeartbeatTimeout = activity.Heartbeat.Proto(),
        RetryPolicy = activity.RetryPolicy.Clone(),
        Priority = activity.Priority,
    };

    private void Change(Tx tx, ActivityState activity)
    {
        tx.Touch(this);
        Mark(ActivityKind, activity.ScheduledId);
    }

    private void ScheduleAgain(Tx tx, ActivityState activity, TimeSpan jitter)
    {
        var delay = jitter > TimeSpan.Zero ? jitter * Random.Shared.NextDouble() : TimeSpan.Zero;
        activity.ScheduledTime = tx.Now.After(delay);
        activity.NextAttemptTime = activity.ScheduledTime;
        Restamp(activity);
        if (delay == TimeSpan.Zero) DispatchActivity(tx, activity);
    }

    // Makes what is queued stale and sets the timers again.
    private void Restamp(ActivityState activity)
    {
        activity.Stamp = NextStamp();
        AddActivityTimers(activity);
        if (activity is { IsStarted: false, Paused: false, NextAttemptTime: { } next })
            AddTimer(next, TimerKind.ActivityRetry, activity.ScheduledId, activity.Stamp);
    }

    // Paused activities can be searched for.
    private void ShowPauses()
    {
        var types = Activities.Values.Where(a => a.Paused).Select(a => "property:activityType=" + a.Type)
            .Distinct(StringComparer.Ordinal).ToList();
        if (types.Count == 0) State.SearchAttributes.IndexedFields.Remove(PauseInfoAttribute);
        else State.SearchAttributes.IndexedFields[PauseInfoAttribute] =
            Visibility.AttributeJson.Payload(types, IndexedValueType.KeywordList);
    }
}
