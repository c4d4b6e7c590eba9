using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.Command.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Scheduling, starting and finishing activities. Retries and timeouts are in Run.ActivityRetries.cs.
internal sealed partial class Run
{
    public const string ActivityNotFoundText =
        "invalid activityID or activity already timed out or invoking workflow is completed";

    public ActivityState ScheduleActivity(Tx tx, ScheduleActivityTaskCommandAttributes command, long completedId,
        Temporalio.Api.Sdk.V1.UserMetadata? metadata, bool offer = true)
    {
        var timeouts = ActivityTimeouts.Normalize(command, State.RunTimeout);
        var policy = RetryPolicies.WithDefaults(command.RetryPolicy);
        var queue = command.TaskQueue?.Name is { Length: > 0 } name ? name : State.TaskQueue;
        var id = Append(tx, new HistoryEvent
        {
            EventType = EventType.ActivityTaskScheduled,
            UserMetadata = metadata,
            ActivityTaskScheduledEventAttributes = new ActivityTaskScheduledEventAttributes
            {
                ActivityId = command.ActivityId,
                ActivityType = command.ActivityType,
                TaskQueue = new TaskQueue { Name = queue, Kind = TaskQueueKind.Normal },
                Header = command.Header,
                Input = command.Input,
                ScheduleToCloseTimeout = timeouts.ScheduleToClose.Proto(),
                ScheduleToStartTimeout = timeouts.ScheduleToStart.Proto(),
                StartToCloseTimeout = timeouts.StartToClose.Proto(),
                HeartbeatTimeout = timeouts.Heartbeat.Proto(),
                WorkflowTaskCompletedEventId = completedId,
                RetryPolicy = policy,
                UseWorkflowBuildId = command.UseWorkflowBuildId,
                Priority = command.Priority,
            },
        });
        var activity = new ActivityState
        {
            ScheduledId = id,
            ActivityId = command.ActivityId,
            Type = command.ActivityType.Name,
            TaskQueue = queue,
            ScheduleToClose = timeouts.ScheduleToClose,
            ScheduleToStart = timeouts.ScheduleToStart,
            StartToClose = timeouts.StartToClose,
            Heartbeat = timeouts.Heartbeat,
            RetryPolicy = policy,
            RetryInterval = policy.InitialInterval.Span(),
            Priority = command.Priority,
            FirstScheduledTime = tx.Now,
            ScheduledTime = tx.Now,
            Stamp = NextStamp(),
        };
        Activities[id] = activity;
        Mark(ActivityKind, id);
        AddActivityTimers(activity);
        if (offer) OfferActivity(tx, activity);
        return activity;
    }

    public void OfferActivity(Tx tx, ActivityState activity)
    {
        var item = new ActivityTaskItem(this, activity);
        tx.Defer(() =>
        {
            if (item.IsValid && WaitsForTransition(activity)) HoldForTransition(tx, activity);
            else Engine.Matching.Offer(tx, item);
        });
    }

    public bool CanStart(ActivityState activity, long stamp) =>
        State.IsOpen && !IsDiscarded && activity is { IsStarted: false, Paused: false } && activity.Stamp == stamp
        && Activities.TryGetValue(activity.ScheduledId, out var live) && ReferenceEquals(live, activity);

    public ActivityTaskReply StartActivity(Tx tx, ActivityState activity, WorkerIdentity worker)
    {
        Transit(tx);
        Mark(ActivityKind, activity.ScheduledId);
        activity.IsStarted = true;
        activity.StartedTime = tx.Now;
        activity.RequestId = Guid.NewGuid().ToString();
        activity.Identity = activity.LastWorkerIdentity = worker.Identity;
        activity.BuildId = worker.BuildId;
        activity.LastHeartbeat = null;
        activity.NextAttemptTime = null;
        activity.Stamp = NextStamp();
        AddActivityTimers(activity);
        return new ActivityTaskReply(this, activity);
    }

    // The start of an activity appears in history only together with its end: retries stay invisible.
    private void WriteActivityStarted(Tx tx, ActivityState activity)
    {
        if (activity.StartedId != 0 || !activity.IsStarted || activity.StartWritten) return;
        activity.StartWritten = true;
        activity.StartedId = Append(tx, new HistoryEvent
        {
            EventType = EventType.ActivityTaskStarted,
            EventTime = activity.StartedTime!.Value.Proto(),
            ActivityTaskStartedEventAttributes = new ActivityTaskStartedEventAttributes
            {
                ScheduledEventId = activity.ScheduledId,
                Identity = activity.Identity,
                RequestId = activity.RequestId,
                Attempt = activity.Attempt,
                LastFailure = activity.LastFailure,
                WorkerVersion = activity.BuildId.Length > 0
                    ? new WorkerVersionStamp { BuildId = activity.BuildId } : null,
            },
        });
    }

    // The running attempt that a token or a request names, or the error a stale one gets.
    public ActivityState StartedActivity(TaskToken token)
    {
        if (!State.IsOpen || !Activities.TryGetValue(token.ScheduledId, out var activity) || !activity.IsStarted
            || activity.Attempt != token.Attempt || activity.Stamp != token.Stamp)
            throw RpcError.NotFound(ActivityNotFoundText);
        return activity;
    }

    public ActivityState? ActivityById(string activityId) =>
        Activities.Values.FirstOrDefault(a => a.ActivityId == activityId);

    public void CompleteActivity(Tx tx, ActivityState activity, Payloads? result, string identity)
    {
        if (FailOversized(tx, activity, result, "Complete result exceeds size limit.", identity)) return;
        EndActivity(tx, activity, new HistoryEvent
        {
            EventType = EventType.ActivityTaskCompleted,
            ActivityTaskCompletedEventAttributes = new ActivityTaskCompletedEventAttributes
            {
                ScheduledEventId = activity.ScheduledId,
                Result = result,
                Identity = identity,
            },
        });
    }

    // A refusal would leave the activity to its timeouts: the worker has nothing smaller to send.
    private bool FailOversized(Tx tx, ActivityState activity, Payloads? payloads, string text, string identity)
    {
        if (payloads is null || payloads.CalculateSize() <= Limits.BlobBytes) return false;
        var failure = new ApiFailure.Failure
        {
            Message = text,
            ServerFailureInfo = new ApiFailure.ServerFailureInfo { NonRetryable = true },
        };
        FailActivity(tx, activity, failure, identity, null);
        return true;
    }

    public void FailActivity(
        Tx tx, ActivityState activity, ApiFailure.Failure failure, string identity, Payloads? heartbeatDetails)
    {
        if (heartbeatDetails is not null)
        {
            activity.HeartbeatDetails = heartbeatDetails;
            activity.LastHeartbeat = tx.Now;
        }

        var retry = RetryActivity(tx, activity, failure);
        if (retry == RetryState.InProgress) return;
        EndActivity(tx, activity, new HistoryEvent
        {
            EventType = EventType.ActivityTaskFailed,
            ActivityTaskFailedEventAttributes = new ActivityTaskFailedEventAttributes
            {
                ScheduledEventId = activity.ScheduledId,
                Failure = failure,
                Identity = identity,
                RetryState = retry,
            },
        });
    }

    public void CancelActivity(Tx tx, ActivityState activity, Payloads? details, string identity)
    {
        if (!activity.CancelRequested)
            throw RpcError.Invalid("unable to mark activity as canceled without activity being request canceled first");
        EndActivity(tx, activity, CanceledEvent(activity, details, identity));
    }

    // Returns true when the cancellation ended the activity, which then asks for a new workflow task.
    public bool RequestCancelActivity(Tx tx, long scheduledId, long completedId, string identity)
    {
        if (!Activities.TryGetValue(scheduledId, out var activity)) return false;
        if (activity.CancelRequested) return false;
        activity.CancelRequested = true;
        activity.CancelRequestedId = Append(tx, new HistoryEvent
        {
            EventType = EventType.ActivityTaskCancelRequested,
            ActivityTaskCancelRequestedEventAttributes = new ActivityTaskCancelRequestedEventAttributes
            {
                ScheduledEventId = scheduledId,
                WorkflowTaskCompletedEventId = completedId,
            },
        });
        Mark(ActivityKind, scheduledId);
        if (activity.IsStarted) return false;
        RemoveActivity(activity);
        Append(tx, CanceledEvent(activity, NotStartedDetails(), identity));
        return true;
    }

    private static Payloads NotStartedDetails() => new()
    {
        Payloads_ =
        {
            new Payload
            {
                Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
                Data = ByteString.CopyFromUtf8("\"ACTIVITY_ID_NOT_STARTED\""),
            },
        },
    };

    private static HistoryEvent CanceledEvent(ActivityState activity, Payloads? details, string identity) => new()
    {
        EventType = EventType.ActivityTaskCanceled,
        ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
        {
            ScheduledEventId = activity.ScheduledId,
            StartedEventId = activity.StartedId,
            LatestCancelRequestedEventId = activity.CancelRequestedId,
            Details = details,
            Identity = identity,
        },
    };

    private void EndActivity(Tx tx, ActivityState activity, HistoryEvent end, bool schedule = true)
    {
        WriteActivityStarted(tx, activity);
        EventLinks.SetStarted(end, new Dictionary<long, long> { [activity.ScheduledId] = activity.StartedId });
        RemoveActivity(activity);
        Append(tx, end);
        if (schedule) ScheduleTask(tx);
    }

    private void RemoveActivity(ActivityState activity)
    {
        Activities.Remove(activity.ScheduledId);
        activity.Stamp = NextStamp();
        Mark(ActivityKind, activity.ScheduledId);
    }
}
