using Pipeline.EmbeddedTemporal.Deployments;
using Pipeline.EmbeddedTemporal.Frontend;
using Pipeline.EmbeddedTemporal.Visibility;

namespace Pipeline.EmbeddedTemporal.History;

// Creates runs: by request, as a child, as the continuation or the next attempt of another run.
internal static class WorkflowStarter
{
    public static Run Start(Tx tx, StartWorkflowExecutionRequest r, string scheduleId = "")
    {
        var entry = tx.Engine.Namespaces.Get(r.Namespace);
        var runId = Guid.CreateVersion7().ToString();
        var executionTimeout = r.WorkflowExecutionTimeout.Span();
        var runTimeout = r.WorkflowRunTimeout.Span();
        if (executionTimeout > TimeSpan.Zero && (runTimeout == TimeSpan.Zero || runTimeout > executionTimeout))
            runTimeout = executionTimeout;
        var isCron = r.CronSchedule.Length > 0;
        var backoff = Schedules.WorkflowCron.BackoffOf(r.CronSchedule, tx.Now) ?? r.WorkflowStartDelay.Span();
        var policy = r.RetryPolicy is null ? null : RetryPolicies.WithDefaults(r.RetryPolicy);
        var started = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = r.WorkflowType,
            TaskQueue = new TaskQueue { Name = r.TaskQueue.Name, Kind = TaskQueueKind.Normal },
            Input = r.Input,
            WorkflowExecutionTimeout = executionTimeout > TimeSpan.Zero ? executionTimeout.Proto() : null,
            WorkflowRunTimeout = runTimeout > TimeSpan.Zero ? runTimeout.Proto() : null,
            WorkflowTaskTimeout = Run.TaskTimeoutOf(r.WorkflowTaskTimeout, runTimeout.Proto()).Proto(),
            OriginalExecutionRunId = runId,
            FirstExecutionRunId = runId,
            Identity = r.Identity,
            RetryPolicy = policy,
            Attempt = 1,
            FirstWorkflowTaskBackoff = backoff.Proto(),
            CronSchedule = r.CronSchedule,
            Initiator = isCron ? ContinueAsNewInitiator.CronSchedule : ContinueAsNewInitiator.Unspecified,
            LastCompletionResult = r.LastCompletionResult,
            ContinuedFailure = r.ContinuedFailure,
            Memo = r.Memo,
            SearchAttributes = r.SearchAttributes is null
                ? null : SearchAttributeChecks.WithTypes(entry, r.SearchAttributes),
            Header = r.Header,
            WorkflowId = r.WorkflowId,
            Priority = r.Priority,
            VersioningOverride = OptionsHandlers.Checked(r.VersioningOverride),
            WorkflowExecutionExpirationTime = executionTimeout > TimeSpan.Zero
                ? tx.Now.After(executionTimeout).Proto() : null,
            EagerExecutionAccepted = r.RequestEagerExecution && backoff == TimeSpan.Zero,
        };
        return Create(tx, r.Namespace, runId, started, r.UserMetadata, r.RequestId, scheduleId, r.Links);
    }

    public static bool AllowsChild(Engine engine, StartChildWorkflowExecutionInitiatedEventAttributes a) =>
        engine.Runs.FindCurrent(a.Namespace, a.WorkflowId) is not { } current
        || (!current.IsOpen && IdPolicies.Problem(current, a.WorkflowIdReusePolicy) is null);

    public static Run StartChild(Tx tx, Run parent, long initiatedId,
        StartChildWorkflowExecutionInitiatedEventAttributes a, Temporalio.Api.Sdk.V1.UserMetadata? metadata)
    {
        var runId = Guid.CreateVersion7().ToString();
        var started = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = a.WorkflowType,
            ParentWorkflowNamespace = parent.State.Namespace,
            ParentWorkflowNamespaceId = parent.NamespaceEntry.Id,
            ParentWorkflowExecution = parent.Execution,
            ParentInitiatedEventId = initiatedId,
            RootWorkflowExecution = new WorkflowExecution
            {
                WorkflowId = parent.State.RootWorkflowId,
                RunId = parent.State.RootRunId,
            },
            TaskQueue = a.TaskQueue,
            Input = a.Input,
            WorkflowExecutionTimeout = a.WorkflowExecutionTimeout,
            WorkflowRunTimeout = a.WorkflowRunTimeout,
            WorkflowTaskTimeout = a.WorkflowTaskTimeout,
            OriginalExecutionRunId = runId,
            FirstExecutionRunId = runId,
            Attempt = 1,
            RetryPolicy = a.RetryPolicy,
            FirstWorkflowTaskBackoff = (Schedules.WorkflowCron.BackoffOf(a.CronSchedule, tx.Now) ?? TimeSpan.Zero)
                .Proto(),
            CronSchedule = a.CronSchedule,
            Initiator = a.CronSchedule.Length > 0
                ? ContinueAsNewInitiator.CronSchedule : ContinueAsNewInitiator.Unspecified,
            Memo = a.Memo,
            SearchAttributes = a.SearchAttributes,
            Header = a.Header,
            WorkflowId = a.WorkflowId,
            Priority = a.Priority,
            InheritedPinnedVersion = parent.Inheritable(a.TaskQueue.Name)?.Proto(),
            VersioningOverride = parent.InheritableOverride(a.TaskQueue.Name),
            WorkflowExecutionExpirationTime = a.WorkflowExecutionTimeout.Span() > TimeSpan.Zero
                ? tx.Now.After(a.WorkflowExecutionTimeout.Span()).Proto() : null,
        };
        return Create(tx, a.Namespace, runId, started, metadata, "");
    }

    public static void Continue(
        Tx tx, Run old, string runId, WorkflowExecutionContinuedAsNewEventAttributes a, RetryPolicy? policy)
    {
        var started = Successor(old, runId);
        started.WorkflowType = a.WorkflowType;
        started.TaskQueue = a.TaskQueue;
        started.Input = a.Input;
        started.WorkflowRunTimeout = a.WorkflowRunTimeout;
        started.WorkflowTaskTimeout = a.WorkflowTaskTimeout;
        started.Initiator = ContinueAsNewInitiator.Workflow;
        started.RetryPolicy = policy is null ? old.State.RetryPolicy : RetryPolicies.WithDefaults(policy);
        started.Attempt = 1;
        started.Memo = a.Memo;
        started.SearchAttributes = a.SearchAttributes ?? CustomOnly(old);
        started.Header = a.Header;
        started.InheritedPinnedVersion = old.Inheritable(a.TaskQueue.Name)?.Proto();
        started.VersioningOverride = old.InheritableOverride(a.TaskQueue.Name);
        var backoff = Spaced(tx, old, a.BackoffStartInterval.Span());
        started.FirstWorkflowTaskBackoff = backoff > TimeSpan.Zero ? backoff.Proto() : null;
        Launch(tx, Create(tx, old.State.Namespace, runId, started, old.State.UserMetadata, "", old.State.ScheduleId));
    }

    // The next run of a cron workflow, after success, failure or timeout of the previous one.
    public static void NextCron(
        Tx tx, Run old, string runId, TimeSpan backoff, Payloads? result, ApiFailure.Failure? failure)
    {
        var first = old.Event(1).WorkflowExecutionStartedEventAttributes;
        var started = Successor(old, runId);
        CopyStart(first, started);
        started.Initiator = ContinueAsNewInitiator.CronSchedule;
        started.ContinuedFailure = failure;
        started.LastCompletionResult = result ?? first.LastCompletionResult;
        started.RetryPolicy = old.State.RetryPolicy;
        started.Attempt = 1;
        started.FirstWorkflowTaskBackoff = backoff.Proto();
        started.Memo = old.State.Memo.Fields.Count > 0 ? old.State.Memo : first.Memo;
        started.SearchAttributes = CustomOnly(old);
        Launch(tx, Create(tx, old.State.Namespace, runId, started, old.State.UserMetadata, "", old.State.ScheduleId));
    }

    // Runs of one id are held at least a second apart, so that a tight loop cannot drown the machine.
    private static TimeSpan Spaced(Tx tx, Run old, TimeSpan wanted)
    {
        var shortest = TimeSpan.FromSeconds(1) - (tx.Now - old.State.StartTime);
        return wanted > shortest ? wanted : shortest;
    }

    private static void CopyStart(
        WorkflowExecutionStartedEventAttributes first, WorkflowExecutionStartedEventAttributes started)
    {
        started.WorkflowType = first.WorkflowType;
        started.TaskQueue = first.TaskQueue;
        started.Input = first.Input;
        started.WorkflowRunTimeout = first.WorkflowRunTimeout;
        started.WorkflowTaskTimeout = first.WorkflowTaskTimeout;
        started.Header = first.Header;
    }

    public static void Retry(Tx tx, Run old, string runId, ApiFailure.Failure failure, TimeSpan delay)
    {
        var first = old.Event(1).WorkflowExecutionStartedEventAttributes;
        var started = Successor(old, runId);
        CopyStart(first, started);
        started.Initiator = ContinueAsNewInitiator.Retry;
        started.ContinuedFailure = failure;
        started.LastCompletionResult = first.LastCompletionResult;
        started.RetryPolicy = old.State.RetryPolicy;
        started.Attempt = old.State.Attempt + 1;
        started.FirstWorkflowTaskBackoff = Spaced(tx, old, delay).Proto();
        started.Memo = old.State.Memo.Fields.Count > 0 ? old.State.Memo : first.Memo;
        started.SearchAttributes = CustomOnly(old);
        // Only a version that the failed run had inherited itself passes on to its next attempt.
        started.InheritedPinnedVersion = old.State.InheritedVersion is null
            ? null : old.Inheritable(old.State.TaskQueue)?.Proto();
        started.VersioningOverride = old.InheritableOverride(old.State.TaskQueue);
        Launch(tx, Create(tx, old.State.Namespace, runId, started, old.State.UserMetadata, "", old.State.ScheduleId));
    }

    // The first task, at once or when the backoff is over.
    public static void Launch(Tx tx, Run run)
    {
        if (run.State.FirstTaskBackoff > TimeSpan.Zero)
            run.AddTimer(run.State.StartTime + run.State.FirstTaskBackoff, TimerKind.FirstTaskBackoff, 0, 0);
        else run.ScheduleTask(tx);
    }

    private static SearchAttributes? CustomOnly(Run old)
    {
        var custom = old.State.SearchAttributes.Clone();
        foreach (var name in Run.VersionAttributes) custom.IndexedFields.Remove(name);
        return custom.IndexedFields.Count > 0 ? custom : null;
    }

    private static WorkflowExecutionStartedEventAttributes Successor(Run old, string runId) => new()
    {
        ContinuedExecutionRunId = old.State.RunId,
        OriginalExecutionRunId = runId,
        FirstExecutionRunId = old.State.FirstRunId,
        WorkflowId = old.State.WorkflowId,
        WorkflowExecutionTimeout = old.State.ExecutionTimeout > TimeSpan.Zero
            ? old.State.ExecutionTimeout.Proto() : null,
        WorkflowExecutionExpirationTime = old.State.ExecutionExpiration?.Proto(),
        ParentWorkflowNamespace = old.State.ParentNamespace,
        ParentWorkflowNamespaceId = old.State.ParentRunId.Length > 0
            ? old.Engine.Namespaces.Find(old.State.ParentNamespace)?.Id ?? "" : "",
        ParentWorkflowExecution = old.State.ParentRunId.Length > 0
            ? new WorkflowExecution { WorkflowId = old.State.ParentWorkflowId, RunId = old.State.ParentRunId } : null,
        ParentInitiatedEventId = old.State.ParentInitiatedId,
        RootWorkflowExecution = old.State.ParentRunId.Length > 0
            ? new WorkflowExecution { WorkflowId = old.State.RootWorkflowId, RunId = old.State.RootRunId } : null,
        PrevAutoResetPoints = old.State.ResetPoints.Points.Count > 0 ? old.State.ResetPoints.Clone() : null,
        Priority = old.State.Priority,
        CronSchedule = old.State.CronSchedule,
    };

    // The new run of a reset: its first event is the old one, its clock starts again.
    public static Run CreateReset(Tx tx, Run old, HistoryEvent first, string requestId)
    {
        var a = first.WorkflowExecutionStartedEventAttributes;
        var executionTimeout = a.WorkflowExecutionTimeout.Span();
        var run = tx.Engine.Runs.Create(
            tx, NewState(tx, old.State.Namespace, Guid.NewGuid().ToString(), a, first.UserMetadata,
                (requestId, old.State.ScheduleId),
            executionTimeout > TimeSpan.Zero ? tx.Now.After(executionTimeout) : null, TimeSpan.Zero));
        run.Replay(tx, first.Clone());
        return run;
    }

    private static Run Create(Tx tx, string ns, string runId, WorkflowExecutionStartedEventAttributes a,
        Temporalio.Api.Sdk.V1.UserMetadata? metadata,
        string requestId, string scheduleId = "", IEnumerable<Link>? links = null)
    {
        var run = tx.Engine.Runs.Create(tx, NewState(tx, ns, runId, a, metadata, (requestId, scheduleId),
            a.WorkflowExecutionExpirationTime?.ToDateTime(), a.FirstWorkflowTaskBackoff.Span()));
        run.Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionStarted,
            UserMetadata = metadata,
            Links = { links ?? [] },
            WorkflowExecutionStartedEventAttributes = a,
        });
        run.AddRunTimers();
        return run;
    }

    private static RunState NewState(Tx tx, string ns, string runId, WorkflowExecutionStartedEventAttributes a,
        Temporalio.Api.Sdk.V1.UserMetadata? metadata, (string RequestId, string ScheduleId) origin,
        DateTime? expiration, TimeSpan backoff) => new()
        {
            Namespace = ns,
            WorkflowId = a.WorkflowId,
            RunId = runId,
            FirstRunId = a.FirstExecutionRunId,
            OriginalRunId = a.OriginalExecutionRunId,
            Type = a.WorkflowType.Name,
            TaskQueue = a.TaskQueue.Name,
            ExecutionTimeout = a.WorkflowExecutionTimeout.Span(),
            RunTimeout = a.WorkflowRunTimeout.Span(),
            TaskTimeout = a.WorkflowTaskTimeout.Span(),
            StartTime = tx.Now,
            FirstTaskBackoff = backoff,
            ExecutionExpiration = expiration,
            CreateRequestId = origin.RequestId,
            ScheduleId = origin.ScheduleId,
            Attempt = a.Attempt,
            RetryPolicy = a.RetryPolicy,
            CronSchedule = a.CronSchedule,
            ContinuedFromRunId = a.ContinuedExecutionRunId,
            ParentNamespace = a.ParentWorkflowNamespace,
            ParentWorkflowId = a.ParentWorkflowExecution?.WorkflowId ?? "",
            ParentRunId = a.ParentWorkflowExecution?.RunId ?? "",
            ParentInitiatedId = a.ParentInitiatedEventId,
            RootWorkflowId = a.RootWorkflowExecution?.WorkflowId ?? a.WorkflowId,
            RootRunId = a.RootWorkflowExecution?.RunId ?? runId,
            Priority = a.Priority,
            Override = a.VersioningOverride,
            InheritedVersion = DeploymentVersion.Of(a.InheritedPinnedVersion),
            UserMetadata = metadata,
            Memo = a.Memo?.Clone() ?? new Memo(),
            SearchAttributes = a.SearchAttributes?.Clone() ?? new SearchAttributes(),
            ResetPoints = a.PrevAutoResetPoints?.Clone() ?? new Temporalio.Api.Workflow.V1.ResetPoints(),
            // A run that continues another begins in the transition that closes that one.
            Transitions = a.ContinuedExecutionRunId.Length > 0 ? -1 : 0,
            RequestIds = origin.RequestId.Length > 0
                ? new() { [origin.RequestId] = new RequestIdRecord(EventType.WorkflowExecutionStarted, 1) } : [],
        };
}
