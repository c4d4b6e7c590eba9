namespace Pipeline.EmbeddedTemporal.History;

// The stored core of one workflow run.
internal sealed class RunState
{
    public required string Namespace { get; init; }

    public required string WorkflowId { get; init; }

    public required string RunId { get; init; }

    public required string FirstRunId { get; init; }

    public required string OriginalRunId { get; init; }

    public required string Type { get; init; }

    public required string TaskQueue { get; init; }

    public TimeSpan ExecutionTimeout { get; init; }

    public TimeSpan RunTimeout { get; init; }

    public TimeSpan TaskTimeout { get; init; }

    public DateTime StartTime { get; init; }

    public TimeSpan FirstTaskBackoff { get; init; }

    public DateTime? ExecutionExpiration { get; init; }

    public string CreateRequestId { get; init; } = "";

    public int Attempt { get; init; } = 1;

    public RetryPolicy? RetryPolicy { get; init; }

    public string CronSchedule { get; init; } = "";

    public string ContinuedFromRunId { get; init; } = "";

    public string ParentNamespace { get; init; } = "";

    public string ParentWorkflowId { get; init; } = "";

    public string ParentRunId { get; init; } = "";

    public long ParentInitiatedId { get; init; }

    public string RootWorkflowId { get; init; } = "";

    public string RootRunId { get; init; } = "";

    public Priority? Priority { get; init; }

    public Temporalio.Api.Sdk.V1.UserMetadata? UserMetadata { get; init; }

    public string ScheduleId { get; init; } = "";

    public WorkflowExecutionStatus Status { get; set; } = WorkflowExecutionStatus.Running;

    public DateTime? CloseTime { get; set; }

    public long NextEventId { get; set; } = 1;

    public long HistorySize { get; set; }

    public long Transitions { get; set; }

    public long LastCompletedStartedId { get; set; }

    // The attempt that the next workflow task will have.
    public int TaskAttempt { get; set; } = 1;

    public WorkflowTaskState? Task { get; set; }

    public string StickyQueue { get; set; } = "";

    public TimeSpan StickyTimeout { get; set; }

    public bool CancelRequested { get; set; }

    public string CancelRequestId { get; set; } = "";

    public long SignalCount { get; set; }

    public long UpdateCount { get; set; }

    public string WorkerBuildId { get; set; } = "";

    // The worker deployment version that completed the last workflow task, and the behaviour it asked for.
    public Deployments.DeploymentVersion? Version { get; set; }

    public VersioningBehavior Versioning { get; set; }

    // The version of a started task that will change the run's.
    public Deployments.DeploymentVersion? TransitionTo { get; set; }

    public Deployments.DeploymentVersion? InheritedVersion { get; init; }

    public Temporalio.Api.Workflow.V1.VersioningOverride? Override { get; set; }

    public Memo Memo { get; set; } = new();

    public SearchAttributes SearchAttributes { get; set; } = new();

    public Temporalio.Api.Workflow.V1.ResetPoints ResetPoints { get; set; } = new();

    // The run that replaced this one: continued as new, retried, cron or reset.
    public string NewRunId { get; set; } = "";

    public string ResetRunId { get; set; } = "";

    public Dictionary<string, RequestIdRecord> RequestIds { get; set; } = [];

    public bool IsOpen => Status == WorkflowExecutionStatus.Running;
}
