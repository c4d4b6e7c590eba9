using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>What schedules start, and how they treat a run that is still open.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ScheduleRunTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Trigger_Paused_RunsAnyway(string engine) => WithAsync(engine, false, Paused, async (scenario, handle) =>
    {
        await handle.TriggerAsync();
        var action = await RecentAsync(handle, 1);
        (await ResultAsync(scenario, action[0])).ShouldStartWith("at ");
    });

    [Theory, EachEngine]
    public Task Backfill_PastHours_RunsOncePerMatch(string engine) => WithAsync(
        engine, false, Paused, async (_, handle) =>
    {
        var start = new DateTime(2026, 1, 1, 0, 30, 0, DateTimeKind.Utc);
        await handle.BackfillAsync([new(start, start.AddHours(3), ScheduleOverlapPolicy.AllowAll)]);
        (await RecentAsync(handle, 3)).Count.ShouldBe(3);
        (await handle.DescribeAsync()).Info.NumActions.ShouldBe(3);
    });

    [Theory, EachEngine]
    public async Task Create_TriggerImmediately_StartsAtOnce(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(options => options.AddWorkflow<Stamps>(), async () =>
        {
            var handle = await scenario.Client.CreateScheduleAsync(
                $"s-{Guid.NewGuid()}", Hourly(scenario, false), new() { TriggerImmediately = true });
            (await RecentAsync(handle, 1)).Count.ShouldBe(1);
            await handle.DeleteAsync();
        });
    }

    [Theory, EachEngine]
    public Task Interval_OneSecond_KeepsStarting(string engine) => WithAsync(
        engine, false, schedule => schedule with { Spec = new() { Intervals = [new(TimeSpan.FromSeconds(1))] } },
        async (_, handle) =>
    {
        var recent = await RecentAsync(handle, 2);
        (recent[1].ScheduledAt - recent[0].ScheduledAt).TotalSeconds.ShouldBeGreaterThanOrEqualTo(1);
    });

    [Theory, EachEngine]
    public Task LimitedActions_UsedUp_StopsStarting(string engine) => WithAsync(engine, false, schedule => schedule with
    {
        Spec = new() { Intervals = [new(TimeSpan.FromSeconds(1))] },
        State = new() { LimitedActions = true, RemainingActions = 1 },
    }, async (_, handle) =>
    {
        await Scenario.EventuallyAsync(
            async () => (await handle.DescribeAsync()).Schedule.State.RemainingActions == 0, "the only action is used");
        (await handle.DescribeAsync()).Info.NumActions.ShouldBe(1);
        (await handle.DescribeAsync()).Info.NextActionTimes.ShouldBeEmpty();
    });

    [Theory, EachEngine]
    public Task Overlap_Skip_CountsWhatItSkipped(string engine) => WithAsync(
        engine, true, Overlapping(ScheduleOverlapPolicy.Skip), async (_, handle) =>
    {
        await handle.TriggerAsync();
        await RecentAsync(handle, 1);
        await handle.TriggerAsync();
        await Scenario.EventuallyAsync(
            async () => (await handle.DescribeAsync()).Info.NumActionsSkippedOverlap == 1, "the second is skipped");
    });

    [Theory, EachEngine]
    public Task Overlap_AllowAll_RunsBeside(string engine) => WithAsync(
        engine, true, Overlapping(ScheduleOverlapPolicy.AllowAll), async (_, handle) =>
    {
        await handle.TriggerAsync();
        await RecentAsync(handle, 1);
        // Started workflows are named after the second of their start.
        await Task.Delay(1000);
        await handle.TriggerAsync();
        await Scenario.EventuallyAsync(
            async () => (await handle.DescribeAsync()).Info.NumActions == 2, "both are started");
    });

    [Theory, EachEngine]
    public Task Overlap_BufferOne_StartsWhenTheFirstEnds(string engine) => WithAsync(
        engine, true, Overlapping(ScheduleOverlapPolicy.BufferOne), async (scenario, handle) =>
    {
        await handle.TriggerAsync();
        var first = await RecentAsync(handle, 1);
        await handle.TriggerAsync();
        await Scenario.EventuallyAsync(
            async () => (await handle.DescribeAsync()).RawDescription.Info.BufferSize == 1, "the second waits");
        await Started(scenario, first[0]).SignalAsync("End", []);
        (await RecentAsync(handle, 2)).Count.ShouldBe(2);
    });

    [Theory]
    [EachEngine(ScheduleOverlapPolicy.CancelOther, WorkflowExecutionStatus.Canceled)]
    [EachEngine(ScheduleOverlapPolicy.TerminateOther, WorkflowExecutionStatus.Terminated)]
    public Task Overlap_EndOther_EndsTheFirst(
        string engine, ScheduleOverlapPolicy policy, WorkflowExecutionStatus expected) =>
        WithAsync(engine, true, Overlapping(policy), async (scenario, handle) =>
    {
        await handle.TriggerAsync();
        var first = Started(scenario, (await RecentAsync(handle, 1))[0]);
        await Scenario.EventuallyAsync(async () => (await first.DescribeAsync()).HistoryLength > 3, "the first waits");
        await handle.TriggerAsync();
        await Scenario.EventuallyAsync(
            async () => (await first.DescribeAsync()).Status == expected, $"the first is {expected}");
        (await RecentAsync(handle, 2)).Count.ShouldBe(2);
    });

    [Theory, EachEngine]
    public Task Started_Workflow_NamesItsSchedule(string engine) => WithAsync(
        engine, false, Paused, async (scenario, handle) =>
    {
        await handle.TriggerAsync();
        var action = (await RecentAsync(handle, 1))[0];
        var attributes = (await Started(scenario, action).DescribeAsync()).TypedSearchAttributes;
        attributes.Get(Temporalio.Common.SearchAttributeKey.CreateKeyword("TemporalScheduledById")).ShouldBe(handle.Id);
    });

    private static Schedule Paused(Schedule schedule) => schedule with { State = new() { Paused = true } };

    private static Func<Schedule, Schedule> Overlapping(ScheduleOverlapPolicy policy) =>
        schedule => Paused(schedule) with { Policy = new() { Overlap = policy } };

    private static Schedule Hourly(Scenario scenario, bool waits) => new(
        ScheduleActionStartWorkflow.Create(
            (Stamps wf) => wf.RunAsync(), new($"{(waits ? "waits" : "stamps")}-{Guid.NewGuid()}", scenario.Queue)),
        new() { Intervals = [new(TimeSpan.FromHours(1))] });

    private static async Task<List<ScheduleActionResult>> RecentAsync(ScheduleHandle handle, int count)
    {
        List<ScheduleActionResult> recent = [];
        await Scenario.EventuallyAsync(
            async () => (recent = [.. (await handle.DescribeAsync()).Info.RecentActions]).Count >= count,
            $"{count} actions", 20);
        return recent;
    }

    private static WorkflowHandle Started(Scenario scenario, ScheduleActionResult result)
    {
        var action = result.Action.ShouldBeOfType<ScheduleActionExecutionStartWorkflow>();
        return scenario.Client.GetWorkflowHandle(action.WorkflowId, action.FirstExecutionRunId);
    }

    private static Task<string> ResultAsync(Scenario scenario, ScheduleActionResult result) =>
        Started(scenario, result).GetResultAsync<string>();

    private Task WithAsync(
        string engine, bool waits, Func<Schedule, Schedule> change, Func<Scenario, ScheduleHandle, Task> body) =>
        engines.RunAsync(engine, options => options.AddWorkflow<Stamps>(), async scenario =>
        {
            var handle =
                await scenario.Client.CreateScheduleAsync($"s-{Guid.NewGuid()}", change(Hourly(scenario, waits)));
            await body(scenario, handle);
            await handle.DeleteAsync();
        });

    /// <summary>Ends at once, or waits for a signal where its id says so.</summary>
    [Workflow]
    public sealed class Stamps
    {
        private bool _ended;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(
                () => _ended || !Workflow.Info.WorkflowId.StartsWith("waits", StringComparison.Ordinal));
            return $"at {Workflow.UtcNow:O}";
        }

        [WorkflowSignal]
        public Task EndAsync()
        {
            _ended = true;
            return Task.CompletedTask;
        }
    }
}
