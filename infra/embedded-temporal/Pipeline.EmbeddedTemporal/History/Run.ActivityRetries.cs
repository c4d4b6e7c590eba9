namespace Pipeline.EmbeddedTemporal.History;

// What happens to an activity attempt that failed or ran out of time, and heartbeats.
internal sealed partial class Run
{
    private const string NoTimeLeftText =
        "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying";

    // Plans the next attempt, or says why there is none.
    private RetryState RetryActivity(Tx tx, ActivityState activity, ApiFailure.Failure failure)
    {
        var decision = NextAttempt(tx, activity, failure, out var delay);
        if (decision != RetryState.InProgress) return decision;
        tx.Touch(this);
        Mark(ActivityKind, activity.ScheduledId);
        var resetToFirst = activity.ResetRequested;
        activity.Attempt = activity.Attempt + 1;
        if (resetToFirst)
        {
            activity.ResetRequested = false;
            if (activity.ResetHeartbeatRequested) activity.HeartbeatDetails = null;
            activity.ResetHeartbeatRequested = false;
        }

        activity.LastFailure = failure;
        activity.LastAttemptCompleteTime = tx.Now;
        activity.IsStarted = false;
        activity.StartWritten = false;
        activity.StartedTime = null;
        activity.RetryInterval = delay;
        activity.ScheduledTime = tx.Now.After(delay);
        activity.NextAttemptTime = activity.ScheduledTime;
        activity.Stamp = NextStamp();
        AddTimer(activity.ScheduledTime, TimerKind.ActivityRetry, activity.ScheduledId, activity.Stamp);
        return RetryState.InProgress;
    }

    private static RetryState NextAttempt(Tx tx, ActivityState activity, ApiFailure.Failure failure, out TimeSpan delay)
    {
        var policy = activity.RetryPolicy;
        delay = TimeSpan.Zero;
        if (activity.CancelRequested) return RetryState.CancelRequested;
        if (!RetryPolicies.IsRetryable(failure, policy)) return RetryState.NonRetryableFailure;

        // A paused activity waits for its release; the attempt that gave way is not held against it.
        if (activity.Paused) return RetryState.InProgress;
        if (policy.MaximumAttempts > 0 && activity.Attempt >= policy.MaximumAttempts)
            return RetryState.MaximumAttemptsReached;
        var wanted = failure.ApplicationFailureInfo?.NextRetryDelay.Span() ?? TimeSpan.Zero;
        delay = wanted > TimeSpan.Zero ? wanted : RetryPolicies.Delay(policy, activity.Attempt);
        return tx.Now.After(delay) > activity.Expiration ? RetryState.Timeout : RetryState.InProgress;
    }

    private void OnActivityRetry(Tx tx, TimerEntry entry)
    {
        if (!Activities.TryGetValue(entry.Id, out var activity) || activity.Stamp != entry.Stamp || activity.IsStarted
            || activity.Paused) return;
        DispatchActivity(tx, activity);
    }

    private void DispatchActivity(Tx tx, ActivityState activity)
    {
        tx.Touch(this);
        Mark(ActivityKind, activity.ScheduledId);
        activity.NextAttemptTime = null;
        activity.Stamp = NextStamp();
        AddActivityTimers(activity);
        OfferActivity(tx, activity);
    }

    private void AddActivityTimers(ActivityState activity)
    {
        if (NextTimeout(activity) is var (due, _))
            AddTimer(due, TimerKind.ActivityTimeout, activity.ScheduledId, activity.Stamp);
    }

    private static (DateTime Due, TimeoutType Type)? NextTimeout(ActivityState activity)
    {
        (DateTime Due, TimeoutType Type)? first = null;
        void Consider(DateTime due, TimeoutType type)
        {
            if (due < DateTime.MaxValue && (first is null || due < first.Value.Due)) first = (due, type);
        }

        // Equal times: the order of these calls decides, as on the real server ScheduleToStart before ScheduleToClose.
        if (activity is { IsStarted: false, Paused: false } && activity.ScheduleToStart > TimeSpan.Zero)
            Consider(activity.ScheduledTime.After(activity.ScheduleToStart), TimeoutType.ScheduleToStart);
        if (activity.IsStarted && activity.StartToClose > TimeSpan.Zero)
            Consider(activity.StartedTime!.Value.After(activity.StartToClose), TimeoutType.StartToClose);
        if (activity.IsStarted && activity.Heartbeat > TimeSpan.Zero)
            Consider(
                (activity.LastHeartbeat is { } beat && beat > activity.StartedTime!.Value
                    ? beat : activity.StartedTime!.Value)
                .After(activity.Heartbeat), TimeoutType.Heartbeat);
        Consider(activity.Expiration, TimeoutType.ScheduleToClose);
        return first;
    }

    private void OnActivityTimeout(Tx tx, TimerEntry entry, DateTime due)
    {
        if (!Activities.TryGetValue(entry.Id, out var activity) || activity.Stamp != entry.Stamp) return;
        if (NextTimeout(activity) is not var (next, type)) return;
        if (next > due && next > tx.Now)
        {
            // A heartbeat has moved the time.
            AddTimer(next, TimerKind.ActivityTimeout, activity.ScheduledId, activity.Stamp);
            return;
        }

        TimeOutActivity(tx, activity, type);
    }

    private void TimeOutActivity(Tx tx, ActivityState activity, TimeoutType type)
    {
        var failure = TimeoutFailure($"activity {type} timeout", type, activity.HeartbeatDetails);
        var retry = type is TimeoutType.StartToClose or TimeoutType.Heartbeat
            ? RetryActivity(tx, activity, failure)
            : RetryState.NonRetryableFailure;
        if (retry == RetryState.InProgress) return;
        if (retry == RetryState.Timeout && type != TimeoutType.ScheduleToClose)
        {
            failure = TimeoutFailure(NoTimeLeftText, TimeoutType.ScheduleToClose, activity.HeartbeatDetails, failure);
        }
        else if (type == TimeoutType.ScheduleToClose)
        {
            failure.Cause = activity.LastFailure;
        }

        EndActivity(tx, activity, new HistoryEvent
        {
            EventType = EventType.ActivityTaskTimedOut,
            ActivityTaskTimedOutEventAttributes = new ActivityTaskTimedOutEventAttributes
            {
                ScheduledEventId = activity.ScheduledId,
                Failure = failure,
                RetryState = retry,
            },
        });
    }

    private static ApiFailure.Failure TimeoutFailure(
        string message, TimeoutType type, Payloads? lastDetails, ApiFailure.Failure? cause = null) => new()
        {
            Message = message,
            Source = "Server",
            Cause = cause,
            TimeoutFailureInfo = new ApiFailure.TimeoutFailureInfo
            {
                TimeoutType = type,
                LastHeartbeatDetails = lastDetails,
            },
        };

    public void Heartbeat(Tx tx, ActivityState activity, Payloads? details, string identity)
    {
        if (FailOversized(tx, activity, details, "Heartbeat details exceed size limit.", identity))
        {
            // The reply to the worker: stop.
            activity.CancelRequested = true;
            return;
        }

        tx.Touch(this);
        Mark(ActivityKind, activity.ScheduledId);
        if (details is not null) activity.HeartbeatDetails = details;
        activity.LastHeartbeat = tx.Now;
    }

    private void ResumeActivity(Tx tx, ActivityState activity)
    {
        _stamp = Math.Max(_stamp, activity.Stamp);
        AddActivityTimers(activity);
        if (activity.IsStarted || activity.Paused) return;
        if (activity.NextAttemptTime is { } next)
            AddTimer(next, TimerKind.ActivityRetry, activity.ScheduledId, activity.Stamp);
        else OfferActivity(tx, activity);
    }
}
