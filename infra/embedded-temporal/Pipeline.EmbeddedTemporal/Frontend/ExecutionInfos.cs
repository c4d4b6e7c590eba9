using Pipeline.EmbeddedTemporal.History;
using Temporalio.Api.Workflow.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Runs and their pending activities as descriptions show them.
internal static class ExecutionInfos
{
    public static WorkflowExecutionInfo Full(Run run)
    {
        var s = run.State;
        var execution = s.StartTime.After(s.FirstTaskBackoff);
        var info = new WorkflowExecutionInfo
        {
            Execution = run.Execution,
            Type = new WorkflowType { Name = s.Type },
            StartTime = s.StartTime.Proto(),
            CloseTime = s.CloseTime?.Proto(),
            Status = s.Status,
            HistoryLength = s.NextEventId - 1,
            ExecutionTime = execution.Proto(),
            Memo = s.Memo,
            SearchAttributes = s.SearchAttributes,
            AutoResetPoints = s.ResetPoints,
            TaskQueue = s.TaskQueue,
            StateTransitionCount = s.Transitions,
            HistorySizeBytes = s.HistorySize,
            ExecutionDuration = s.CloseTime is { } close ? (close - execution).Proto() : null,
            RootExecution = new WorkflowExecution { WorkflowId = s.RootWorkflowId, RunId = s.RootRunId },
            FirstRunId = s.FirstRunId,
            Priority = s.Priority,
            WorkerDeploymentName = s.Version?.Deployment ?? "",
            VersioningInfo = Versioning(s),
            MostRecentWorkerVersionStamp = s.WorkerBuildId.Length > 0
                ? new WorkerVersionStamp { BuildId = s.WorkerBuildId } : null,
        };
        if (s.ParentRunId.Length == 0) return info;
        info.ParentNamespaceId = run.Engine.Namespaces.Find(s.ParentNamespace)?.Id ?? "";
        info.ParentExecution = new WorkflowExecution { WorkflowId = s.ParentWorkflowId, RunId = s.ParentRunId };
        return info;
    }

    private static WorkflowExecutionVersioningInfo? Versioning(RunState s)
    {
        if (s.Versioning == VersioningBehavior.Unspecified
            && s is { Override: null, TransitionTo: null, InheritedVersion: null }) return null;
        var version = s.Version ?? s.InheritedVersion;
        return new WorkflowExecutionVersioningInfo
        {
            Behavior = s.Versioning,
            DeploymentVersion = version?.Proto(),
            Version = version?.DottedKey ?? "",
            VersioningOverride = OptionsHandlers.Shown(s.Override),
            VersionTransition = s.TransitionTo is { } target
                ? new DeploymentVersionTransition { DeploymentVersion = target.Proto(), Version = target.DottedKey }
                : null,
        };
    }

    public static PendingActivityInfo Pending(Run run, ActivityState a) => new()
    {
        ActivityId = a.ActivityId,
        ActivityType = new ActivityType { Name = a.Type },
        State = StateOf(a),
        HeartbeatDetails = a.HeartbeatDetails,
        LastHeartbeatTime = a.LastHeartbeat?.Proto(),
        LastStartedTime = a.StartedTime?.Proto(),
        Attempt = a.Attempt,
        MaximumAttempts = a.RetryPolicy.MaximumAttempts,
        ScheduledTime = a.ScheduledTime.Proto(),
        ExpirationTime = a.Expiration < DateTime.MaxValue ? a.Expiration.Proto() : null,
        LastFailure = a.LastFailure,
        LastWorkerIdentity = a.LastWorkerIdentity,
        CurrentRetryInterval = a.IsStarted ? null : a.RetryInterval.Proto(),
        LastAttemptCompleteTime = a.LastAttemptCompleteTime?.Proto(),
        NextAttemptScheduleTime = a.NextAttemptTime?.Proto(),
        Priority = a.Priority ?? run.State.Priority,
        Paused = a.Paused,
        PauseInfo = a.Paused
            ? new PendingActivityInfo.Types.PauseInfo
            {
                PauseTime = a.PauseTime?.Proto(),
                Manual = new PendingActivityInfo.Types.PauseInfo.Types.Manual
                {
                    Identity = a.PauseIdentity,
                    Reason = a.PauseReason,
                },
            }
            : null,
        ActivityOptions = Run.OptionsOf(a),
    };

    private static PendingActivityState StateOf(ActivityState a)
    {
        if (a.Paused) return a.IsStarted ? PendingActivityState.PauseRequested : PendingActivityState.Paused;
        if (a.CancelRequested) return PendingActivityState.CancelRequested;
        return a.IsStarted ? PendingActivityState.Started : PendingActivityState.Scheduled;
    }
}
