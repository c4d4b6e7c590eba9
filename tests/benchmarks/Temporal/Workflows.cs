using Temporalio.Activities;
using Temporalio.Workflows;

namespace Benchmarks.Temporal;

/// <summary>Activities of the benchmark and of the kill test.</summary>
public static class Work
{
    [Activity("noop")]
    public static void Noop()
    {
    }

    /// <summary>Counts in steps of 50 ms, from where the last attempt was told to be.</summary>
    /// <param name="steps">How far.</param>
    /// <returns>Where this attempt began.</returns>
    [Activity("count")]
    public static async Task<int> CountAsync(int steps)
    {
        var context = ActivityExecutionContext.Current;
        var first = context.Info.HeartbeatDetails.Count > 0 ? await context.Info.HeartbeatDetailAtAsync<int>(0) : 0;
        for (var step = first; step < steps; step++)
        {
            context.Heartbeat(step);
            await Task.Delay(50, context.CancellationToken);
        }

        return first;
    }
}

/// <summary>Activities one after the other.</summary>
[Workflow("sequential")]
public sealed class Sequential
{
    internal static readonly ActivityOptions Options = new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) };

    [WorkflowRun]
    public async Task RunAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Workflow.ExecuteActivityAsync("noop", [], Options);
        }
    }
}

/// <summary>Activities at once.</summary>
[Workflow("parallel")]
public sealed class Parallel
{
    [WorkflowRun]
    public Task RunAsync(int count) =>
        Workflow.WhenAllAsync(
            Enumerable.Range(0, count).Select(_ => Workflow.ExecuteActivityAsync("noop", [], Sequential.Options)));
}

/// <summary>Waits for ever.</summary>
[Workflow("idle")]
public sealed class Idle
{
    [WorkflowRun]
    public Task RunAsync() => Workflow.WaitConditionAsync(() => false);
}

/// <summary>One long activity with heartbeats.</summary>
[Workflow("countsTo")]
public sealed class CountsTo
{
    [WorkflowRun]
    public Task<int> RunAsync(int steps) => Workflow.ExecuteActivityAsync<int>("count", [steps], new()
    {
        StartToCloseTimeout = TimeSpan.FromMinutes(1),
        HeartbeatTimeout = TimeSpan.FromSeconds(1),
        RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50) },
    });
}
