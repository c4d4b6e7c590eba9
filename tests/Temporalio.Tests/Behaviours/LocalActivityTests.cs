using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Local activities: markers, long runs, backoff timers, failures.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class LocalActivityTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Result_IsAMarker_NotAnEventOfAnActivity(string engine) => RunAsync(
        engine, "quick", new(), async (handle, _) =>
    {
        (await handle.GetResultAsync()).ShouldBe("quick");
        var types = (await handle.FetchHistoryAsync()).Events.Select(entry => entry.EventType).ToList();
        types.ShouldContain(EventType.MarkerRecorded);
        types.ShouldNotContain(EventType.ActivityTaskScheduled);
    });

    [Theory, EachEngine]
    public Task LongerThanTheTaskTimeout_KeepsTheTaskAlive(string engine) => RunAsync(
        engine, "slow", new(), async (handle, runs) =>
    {
        (await handle.GetResultAsync()).ShouldBe("slow");
        runs().ShouldBe(1);
        var types = (await handle.FetchHistoryAsync()).Events.Select(entry => entry.EventType).ToList();
        types.ShouldNotContain(EventType.WorkflowTaskTimedOut);
        types.Count(type => type == EventType.WorkflowTaskCompleted).ShouldBeGreaterThan(1);
    });

    [Theory, EachEngine]
    public Task BackoffBeyondTheThreshold_IsATimer(string engine) => RunAsync(
        engine, "second",
        new()
        {
            LocalRetryThreshold = TimeSpan.FromMilliseconds(10),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(100) }
        }, async (handle, runs) =>
    {
        (await handle.GetResultAsync()).ShouldBe("second");
        runs().ShouldBe(2);
        (await handle.FetchHistoryAsync()).Events.ShouldContain(entry => entry.EventType == EventType.TimerStarted);
    });

    [Theory, EachEngine]
    public Task Failure_NonRetryable_ReachesTheCaller(string engine) => RunAsync(
        engine, "fatal", new(), async (handle, _) =>
    {
        var failure = await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().Message.ShouldBe("fatal");
    });

    [Theory, EachEngine]
    public Task StartToCloseTimeout_EndsTheAttempt(string engine) => RunAsync(
        engine, "hangs",
        new() { StartToCloseTimeout = TimeSpan.FromMilliseconds(200), RetryPolicy = new() { MaximumAttempts = 1 } },
        async (handle, _) =>
    {
        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<ActivityFailureException>();
        failure.InnerException.ShouldBeOfType<TimeoutFailureException>().TimeoutType.ShouldBe(TimeoutType.StartToClose);
    });

    [Theory, EachEngine]
    public Task Cancelled_ByTheWorkflow_IsTold(string engine) =>
        RunAsync(engine, "cancelled", new() { CancellationType = ActivityCancellationType.WaitCancellationCompleted },
            async (handle, _) =>
        (await handle.GetResultAsync()).ShouldBe("cancelled"));

    [Theory, EachEngine]
    public Task Replayed_WithoutCache_DoesNotRunAgain(string engine) => RunAsync(
        engine, "again", new(), async (handle, runs) =>
    {
        (await handle.GetResultAsync()).ShouldBe("again");
        runs().ShouldBe(1);
    }, options => options.MaxCachedWorkflows = 0);

    private async Task RunAsync(
        string engine, string kind, LocalActivityOptions options,
        Func<WorkflowHandle<Locals, string>, Func<int>, Task> body,
        Action<Temporalio.Worker.TemporalWorkerOptions>? change = null)
    {
        var runs = 0;
        [Activity("act")]
        async Task<string> ActAsync(string what)
        {
            var (context, run) = (ActivityExecutionContext.Current, Interlocked.Increment(ref runs));
            switch (what)
            {
                case "slow":
                    await Task.Delay(3500, context.CancellationToken);
                    break;
                case "second" when run == 1:
                    throw new ApplicationFailureException("not yet");
                case "fatal":
                    throw new ApplicationFailureException("fatal", nonRetryable: true);
                case "hangs" or "cancelled":
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                    break;
            }

            return what;
        }

        await engines.RunAsync(engine,
            worker => { worker.AddWorkflow<Locals>().AddActivity(ActAsync); change?.Invoke(worker); }, async scenario =>
        {
            var start = scenario.NewWorkflow();
            start.TaskTimeout = TimeSpan.FromSeconds(kind is "slow" or "cancelled" ? 3 : 10);
            options.StartToCloseTimeout ??= TimeSpan.FromSeconds(10);
            await body(
                await scenario.Client.StartWorkflowAsync((Locals wf) => wf.RunAsync(kind, options), start), () => runs);
        });
    }

    [Workflow]
    public sealed class Locals
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string kind, LocalActivityOptions options)
        {
            using var cancel = new CancellationTokenSource();
            options.CancellationToken = cancel.Token;
            var running = Workflow.ExecuteLocalActivityAsync<string>("act", [kind], options);
            if (kind == "cancelled")
            {
                await Workflow.DelayAsync(20);
                cancel.Cancel();
                try
                {
                    return await running;
                }
                catch (Exception failure) when (TemporalException.IsCanceledException(failure))
                {
                    return "cancelled";
                }
            }

            var result = await running;
            await Workflow.DelayAsync(10);
            return result;
        }
    }
}
