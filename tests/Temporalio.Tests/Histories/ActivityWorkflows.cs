using Temporalio.Workflows;
using static Temporalio.Tests.Histories.RecordedWorkflows;

namespace Temporalio.Tests.Histories;

[Workflow("retriedActivity")]
public sealed class RetriedActivityWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(int failures) => await ActAsync("failTimes", [failures]);
}

[Workflow("exhaustedActivity")]
public sealed class ExhaustedActivityWorkflow
{
    [WorkflowRun]
    public async Task RunAsync() => await ActAsync("failTimes", [99], Options(retry: new() { MaximumAttempts = 2 }));
}

[Workflow("nonRetryable")]
public sealed class NonRetryableWorkflow
{
    [WorkflowRun]
    public async Task RunAsync()
    {
        await AttemptAsync(ActAsync("nonRetryable", []));
        await AttemptAsync(
            ActAsync("failWith", ["Listed"], Options(retry: new() { NonRetryableErrorTypes = ["Listed"] })));
    }
}

[Workflow("activityTimeouts")]
public sealed class ActivityTimeoutsWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string idleQueue)
    {
        await AttemptAsync(ActAsync("hang", [], Options(1, new() { MaximumAttempts = 1 })));
        await AttemptAsync(ActAsync("greet", ["nobody"], new()
        {
            TaskQueue = idleQueue,
            StartToCloseTimeout = TimeSpan.FromSeconds(10),
            ScheduleToStartTimeout = TimeSpan.FromSeconds(1),
        }));
        await AttemptAsync(
            ActAsync(
                "greet", ["nobody"],
                new() { TaskQueue = idleQueue, ScheduleToCloseTimeout = TimeSpan.FromSeconds(1) }));
    }
}

[Workflow("heartbeatTimeout")]
public sealed class HeartbeatTimeoutWorkflow
{
    [WorkflowRun]
    public async Task RunAsync() => await AttemptAsync(ActAsync("beatThenHang", [], new()
    {
        StartToCloseTimeout = TimeSpan.FromSeconds(20),
        HeartbeatTimeout = TimeSpan.FromSeconds(1),
        RetryPolicy = new() { MaximumAttempts = 1 },
    }));
}

[Workflow("heartbeatHandedOver")]
public sealed class HeartbeatHandedOverWorkflow
{
    [WorkflowRun]
    public async Task RunAsync() =>
        await ActAsync("beatThenFail", [],
            new() { StartToCloseTimeout = TimeSpan.FromSeconds(10), HeartbeatTimeout = TimeSpan.FromSeconds(5) });
}

[Workflow("cancelStartedActivity")]
public sealed class CancelStartedActivityWorkflow
{
    private bool _started;

    [WorkflowRun]
    public async Task RunAsync()
    {
        using var cancel = new CancellationTokenSource();
        var activity = AttemptAsync(ActAsync("untilCancelled", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(10),
            HeartbeatTimeout = TimeSpan.FromSeconds(4),
            CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            CancellationToken = cancel.Token,
        }));
        await Workflow.WaitConditionAsync(() => _started);
        cancel.Cancel(); // CancelAsync would leave the deterministic scheduler
        await activity;
    }

    [WorkflowSignal("started")]
    public Task StartedAsync()
    {
        _started = true;
        return Task.CompletedTask;
    }
}

[Workflow("cancelUnstartedActivity")]
public sealed class CancelUnstartedActivityWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string idleQueue)
    {
        using var cancel = new CancellationTokenSource();
        var activity = AttemptAsync(ActAsync("greet", ["nobody"], new()
        {
            TaskQueue = idleQueue,
            StartToCloseTimeout = TimeSpan.FromSeconds(10),
            CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            CancellationToken = cancel.Token,
        }));
        await Workflow.DelayAsync(20);
        cancel.Cancel(); // CancelAsync would leave the deterministic scheduler
        await activity;
    }
}

[Workflow("asyncCompletion")]
public sealed class AsyncCompletionWorkflow
{
    [WorkflowRun]
    public async Task RunAsync() => await ActAsync("later", [], Options(20));
}

[Workflow("failingActivity")]
public sealed class FailingActivityWorkflow
{
    [WorkflowRun]
    public async Task RunAsync() =>
        await ActAsync("failWith", ["FromActivity"], Options(retry: new() { MaximumAttempts = 1 }));
}

[Workflow("localActivities")]
public sealed class LocalActivitiesWorkflow
{
    [WorkflowRun]
    public async Task RunAsync()
    {
        await LocalAsync("greet", "local");
        await LocalAsync("failTimes", 2);
        await AttemptAsync(LocalAsync("failWith", "LocalFailed"));
        await Workflow.DelayAsync(20);
        await Workflow.WhenAllAsync(new[] { LocalAsync("greet", "x"), LocalAsync("greet", "y") });
    }

    private static Task<object?> LocalAsync(string name, object argument) =>
        Workflow.ExecuteLocalActivityAsync<object?>(
            name, [argument], new() { StartToCloseTimeout = TimeSpan.FromSeconds(5) });
}

[Workflow("localBackoff")]
public sealed class LocalBackoffWorkflow
{
    [WorkflowRun]
    public async Task RunAsync() => await Workflow.ExecuteLocalActivityAsync<object?>("failTimes", [1], new()
    {
        StartToCloseTimeout = TimeSpan.FromSeconds(5),
        LocalRetryThreshold = TimeSpan.FromMilliseconds(300),
        RetryPolicy = new() { InitialInterval = TimeSpan.FromSeconds(1) },
    });
}
