using System.Globalization;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>
/// Pausing and resetting activities, cron, eager starts, summaries: what operators and options do to running work.
/// </summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ControlTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Activity_PausedWhileRunning_IsToldAndResumes(string engine) => WithActivityAsync(
        engine, async (scenario, handle, seen) =>
    {
        await scenario.Client.WorkflowService.PauseActivityAsync(
            new() { Namespace = "default", Execution = new() { WorkflowId = handle.Id }, Id = "1" });
        await Scenario.EventuallyAsync(
            () => Task.FromResult(seen.Contains("cancelled: paused")), "the activity is told");
        await Scenario.EventuallyAsync(
            async () => (await handle.DescribeAsync()).RawDescription.PendingActivities.Single().State
                == PendingActivityState.Paused, "it is paused");
        await scenario.Client.WorkflowService.UnpauseActivityAsync(
            new() { Namespace = "default", Execution = new() { WorkflowId = handle.Id }, Id = "1" });
        (await handle.GetResultAsync()).ShouldBe("attempt 2");
    });

    [Theory, EachEngine]
    public Task Activity_ResetWhileRunning_IsTold(string engine) => WithActivityAsync(
        engine, async (scenario, handle, seen) =>
    {
        await scenario.Client.WorkflowService.ResetActivityAsync(
            new() { Namespace = "default", Execution = new() { WorkflowId = handle.Id }, Id = "1" });
        await Scenario.EventuallyAsync(
            () => Task.FromResult(seen.Contains("cancelled: reset")), "the activity is told");
        (await handle.GetResultAsync()).ShouldBe("attempt 2");
    });

    [Theory, EachEngine]
    public Task Activity_OfATerminatedWorkflow_IsGone(string engine) => WithActivityAsync(
        engine, async (_, handle, seen) =>
    {
        await handle.TerminateAsync();
        await Scenario.EventuallyAsync(() => Task.FromResult(seen.Contains("cancelled: gone")), "the activity is told");
    });

    [Theory, EachEngine]
    public Task Cron_EverySecond_HandsOnTheLastResult(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Counts>(), async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.CronSchedule = "@every 1s";
        await scenario.Client.StartWorkflowAsync((Counts wf) => wf.RunAsync(), options);
        var handle = scenario.Client.GetWorkflowHandle(options.Id!);
        await Scenario.EventuallyAsync(async () =>
        {
            var last = (await handle.FetchHistoryAsync()).Events
                .First().WorkflowExecutionStartedEventAttributes.LastCompletionResult;
            return int.Parse(last?.Payloads_.Single().Data.ToStringUtf8() ?? "0", CultureInfo.InvariantCulture) >= 2;
        }, "the third run got the second's result");
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task WorkflowRetry_LastFailure_IsSeenByTheNextRun(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<RemembersFailure>(), async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50), MaximumAttempts = 2 };
        (await scenario.Client.ExecuteWorkflowAsync((RemembersFailure wf) => wf.RunAsync(), options))
            .ShouldBe("after: the first failure");
    });

    [Theory, EachEngine]
    public Task EagerStart_OfTheSameClient_IsAccepted(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<StartTests.Echo>(), async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.RequestEagerStart = true;
        var handle = await scenario.Client.StartWorkflowAsync((StartTests.Echo wf) => wf.RunAsync("eager"), options);
        (await handle.GetResultAsync()).ShouldBe("eager");
        (await handle.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes.EagerExecutionAccepted
            .ShouldBeTrue();
    });

    [Theory, EachEngine(true), EachEngine(false)]
    public Task EagerActivities_OnAndOff_GiveTheSame(string engine, bool disabled) => engines.RunAsync(
        engine, options =>
        {
            options.AddWorkflow<Summaries>()
            .AddAllActivities(typeof(SampleActivities), null); options.DisableEagerActivityExecution = disabled;
        },
        async scenario =>
            (await scenario.Client.ExecuteWorkflowAsync((Summaries wf) => wf.RunAsync(), scenario.NewWorkflow()))
                .ShouldBe("x"));

    [Theory, EachEngine]
    public Task Summaries_OfTimersAndActivities_AreInHistory(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Summaries>().AddAllActivities(typeof(SampleActivities), null),
        async scenario =>
    {
        var options = scenario.NewWorkflow();
        (options.StaticSummary, options.StaticDetails) = ("in short", "in *full*");
        var handle = await scenario.Client.StartWorkflowAsync((Summaries wf) => wf.RunAsync(), options);
        await handle.GetResultAsync();
        var summaries =
            (await handle.FetchHistoryAsync()).Events.Where(entry => entry.UserMetadata?.Summary is not null)
            .ToDictionary(entry => entry.EventType, entry => entry.UserMetadata.Summary.Data.ToStringUtf8());
        summaries[EventType.TimerStarted].ShouldBe("\"a short rest\"");
        summaries[EventType.ActivityTaskScheduled].ShouldBe("\"says x\"");
        summaries[EventType.WorkflowExecutionStarted].ShouldBe("\"in short\"");
        (await (await handle.DescribeAsync()).GetStaticDetailsAsync()).ShouldBe("in *full*");
    });

    [Theory, EachEngine]
    public Task Retrying_Activity_IsDescribedWhileItWaits(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Retries>().AddAllActivities(typeof(SampleActivities), null),
        async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Retries wf) => wf.RunAsync(), scenario.NewWorkflow());
        Temporalio.Api.Workflow.V1.PendingActivityInfo? pending = null;
        await Scenario.EventuallyAsync(
            async () => (pending = (await handle.DescribeAsync()).RawDescription.PendingActivities.FirstOrDefault())
                is { LastFailure: not null, State: PendingActivityState.Scheduled }, "it failed and waits");
        pending!.LastFailure.Message.ShouldBe("broken");
        pending.Attempt.ShouldBeGreaterThan(1);
        (await handle.FetchHistoryAsync()).Events.ShouldNotContain(
            entry => entry.EventType == EventType.ActivityTaskStarted);
        await handle.TerminateAsync();
    });

    private async Task WithActivityAsync(
        string engine, Func<Scenario, WorkflowHandle<Runs, string>, IReadOnlyCollection<string>, Task> body)
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        [Activity("watched")]
        async Task<string> WatchedAsync()
        {
            var context = ActivityExecutionContext.Current;
            if (context.Info.Attempt > 1 || !seen.IsEmpty)
            {
                return "attempt 2";
            }

            try
            {
                while (true)
                {
                    context.Heartbeat();
                    await Task.Delay(50, context.CancellationToken);
                }
            }
            catch (OperationCanceledException cancelled)
            {
                var why = context.CancellationDetails!;
                seen.Enqueue(
                    $"cancelled: {(why.IsPaused ? "paused" : why.IsReset ? "reset" : why.IsGoneFromServer ? "gone" : $"{context.CancelReason}")}");
                throw new ApplicationFailureException("interrupted", cancelled);
            }
        }

        await engines.RunAsync(
            engine, options => options.AddWorkflow<Runs>().AddActivity(WatchedAsync), async scenario =>
        {
            var handle = await scenario.Client.StartWorkflowAsync((Runs wf) => wf.RunAsync(), scenario.NewWorkflow());
            await Scenario.EventuallyAsync(
                async () => (await handle.DescribeAsync()).RawDescription.PendingActivities.FirstOrDefault()?.State
                    == PendingActivityState.Started, "the activity runs");
            await body(scenario, handle, seen);
        });
    }

    /// <summary>Runs the watched activity.</summary>
    [Workflow]
    public sealed class Runs
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteActivityAsync<string>("watched", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(60),
            HeartbeatTimeout = TimeSpan.FromSeconds(1),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50) },
        });
    }

    /// <summary>One more than the last run.</summary>
    [Workflow]
    public sealed class Counts
    {
        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            await Workflow.DelayAsync(1);
            return 1 + (Workflow.Info.LastResult?.Count > 0
                ? Workflow.PayloadConverter.ToValue<int>(Workflow.Info.LastResult.First()) : 0);
        }
    }

    /// <summary>Fails once, then says why.</summary>
    [Workflow]
    public sealed class RemembersFailure
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.Info.LastFailure is { } failure
            ? Task.FromResult($"after: {failure.Message}")
            : throw new ApplicationFailureException("the first failure");
    }

    /// <summary>A timer and an activity with summaries.</summary>
    [Workflow]
    public sealed class Summaries
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayWithOptionsAsync(new(TimeSpan.FromMilliseconds(1), "a short rest"));
            return await Workflow.ExecuteActivityAsync<string>(
                "echo", ["x"], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10), Summary = "says x" });
        }
    }

    /// <summary>An activity that will be retried in an hour.</summary>
    [Workflow]
    public sealed class Retries
    {
        [WorkflowRun]
        public Task RunAsync() =>
            Workflow.ExecuteActivityAsync(
                "fail", [], new()
                {
                    StartToCloseTimeout = TimeSpan.FromSeconds(10),
                    RetryPolicy = new()
                    {
                        InitialInterval = TimeSpan.FromHours(1),
                    },
                });
    }
}
