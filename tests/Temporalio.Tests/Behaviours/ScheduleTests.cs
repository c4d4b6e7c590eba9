using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Schedules from the client's side. Those that need no run stay without a worker.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ScheduleTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Create_SpecPolicyAndState_AreDescribedAsGiven(string engine) => WithAsync(
        engine, schedule => schedule with
        {
            Spec = new()
            {
                Calendars = [new() { Hour = [new(6, 18, 3)], DayOfWeek = [new(1, 5)], Comment = "office hours" }],
                Intervals = [new(TimeSpan.FromHours(2), TimeSpan.FromMinutes(10))],
                Jitter = TimeSpan.FromSeconds(3),
                TimeZoneName = "Europe/Berlin",
            },
            Policy = new()
            {
                Overlap = ScheduleOverlapPolicy.BufferOne,
                CatchupWindow = TimeSpan.FromMinutes(5),
                PauseOnFailure = true,
            },
            State = new() { Note = "a note", Paused = true, LimitedActions = true, RemainingActions = 3 },
        }, async handle =>
        {
            var described = (await handle.DescribeAsync()).Schedule;
            described.Policy.Overlap.ShouldBe(ScheduleOverlapPolicy.BufferOne);
            described.Policy.CatchupWindow.ShouldBe(TimeSpan.FromMinutes(5));
            described.Policy.PauseOnFailure.ShouldBeTrue();
            described.State.ShouldBe(
                new ScheduleState { Note = "a note", Paused = true, LimitedActions = true, RemainingActions = 3 });
            described.Spec.Calendars.Single().Hour.Single().ShouldBe(new ScheduleRange(6, 18, 3));
            described.Spec.Calendars.Single().Comment.ShouldBe("office hours");
            described.Spec.Intervals.Single()
                .ShouldBe(new ScheduleIntervalSpec(TimeSpan.FromHours(2), TimeSpan.FromMinutes(10)));
            described.Spec.TimeZoneName.ShouldBe("Europe/Berlin");
            described.Action.ShouldBeOfType<ScheduleActionStartWorkflow>().Workflow.ShouldBe("Stamps");
        });

    [Theory, EachEngine]
    public Task Describe_Interval_ForeseesTheNextTimes(string engine) => WithAsync(
        engine, schedule => schedule, async handle =>
    {
        var next = (await handle.DescribeAsync()).Info.NextActionTimes.Take(3).ToList();
        next.Count.ShouldBe(3);
        (next[1] - next[0]).ShouldBe(TimeSpan.FromDays(1));
        (next[2] - next[1]).ShouldBe(TimeSpan.FromDays(1));
    });

    [Theory, EachEngine]
    public Task Create_CronExpression_BecomesACalendar(string engine) => WithAsync(
        engine, schedule => schedule with { Spec = new() { CronExpressions = ["30 12 * * MON"] } }, async handle =>
    {
        var calendar = (await handle.DescribeAsync()).Schedule.Spec.Calendars.Single();
        (calendar.Minute.Single().Start, calendar.Hour.Single().Start, calendar.DayOfWeek.Single().Start)
            .ShouldBe((30, 12, 1));
    });

    [Theory, EachEngine]
    public Task Create_SameIdTwice_IsAlreadyRunning(string engine) =>
        WithAsync(engine, schedule => schedule, async handle =>
        await Should.ThrowAsync<ScheduleAlreadyRunningException>(async () =>
            await handle.Client.CreateScheduleAsync(handle.Id, (await handle.DescribeAsync()).Schedule)));

    [Theory, EachEngine]
    public async Task Create_MemoAndSearchAttributes_AreDescribed(string engine)
    {
        var client = await engines.ClientAsync(engine);
        var keyword = SearchAttributeKey.CreateKeyword("TestKeyword");
        var handle = await client.CreateScheduleAsync($"s-{Guid.NewGuid()}", Daily("nobody"), new()
        {
            Memo = new Dictionary<string, object> { ["owner"] = "ada" },
            TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(keyword, "nightly")
                .ToSearchAttributeCollection(),
        });
        var described = await handle.DescribeAsync();
        (await described.Memo["owner"].ToValueAsync<string>()).ShouldBe("ada");
        described.TypedSearchAttributes.Get(keyword).ShouldBe("nightly");
        await handle.DeleteAsync();
    }

    [Theory, EachEngine]
    public Task PauseAndUnpause_WithNotes_AreSeen(string engine) => WithAsync(
        engine, schedule => schedule, async handle =>
    {
        await handle.PauseAsync("maintenance");
        var paused = (await handle.DescribeAsync()).Schedule.State;
        (paused.Paused, paused.Note).ShouldBe((true, "maintenance"));
        await handle.UnpauseAsync("done");
        var resumed = (await handle.DescribeAsync()).Schedule.State;
        (resumed.Paused, resumed.Note).ShouldBe((false, "done"));
    });

    [Theory, EachEngine]
    public Task Update_Spec_TakesEffect(string engine) => WithAsync(engine, schedule => schedule, async handle =>
    {
        await handle.UpdateAsync(input =>
            new(input.Description.Schedule with { Spec = new() { Intervals = [new(TimeSpan.FromHours(1))] } }));
        var description = await handle.DescribeAsync();
        description.Schedule.Spec.Intervals.Single().Every.ShouldBe(TimeSpan.FromHours(1));
        description.Info.LastUpdatedAt.ShouldNotBeNull();
    });

    [Theory, EachEngine]
    public Task Update_NothingReturned_ChangesNothing(string engine) => WithAsync(
        engine, schedule => schedule, async handle =>
    {
        await handle.UpdateAsync(_ => (ScheduleUpdate?)null);
        (await handle.DescribeAsync()).Info.LastUpdatedAt.ShouldBeNull();
    });

    [Theory, EachEngine]
    public async Task List_Created_ShowsItsState(string engine)
    {
        var client = await engines.ClientAsync(engine);
        var handle = await client.CreateScheduleAsync(
            $"s-{Guid.NewGuid()}", Daily("nobody") with { State = new() { Paused = true, Note = "listed" } });
        await Scenario.EventuallyAsync(async () =>
        {
            await foreach (var entry in client.ListSchedulesAsync())
            {
                if (entry.Id == handle.Id)
                {
                    entry.Schedule!.State.Paused.ShouldBeTrue();
                    entry.Schedule.State.Note.ShouldBe("listed");
                    entry.Schedule.Action.ShouldBeOfType<ScheduleListActionStartWorkflow>().Workflow.ShouldBe("Stamps");
                    return true;
                }
            }

            return false;
        }, "the schedule is listed");
        await handle.DeleteAsync();
    }

    [Theory, EachEngine]
    public async Task Delete_Existing_IsGone(string engine)
    {
        var client = await engines.ClientAsync(engine);
        var handle = await client.CreateScheduleAsync($"s-{Guid.NewGuid()}", Daily("nobody"));
        await handle.DeleteAsync();
        (await Should.ThrowAsync<RpcException>(() => handle.DescribeAsync())).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
    }

    [Theory, EachEngine]
    public async Task Create_InvalidCron_IsRefused(string engine)
    {
        var client = await engines.ClientAsync(engine);
        var failure = await Should.ThrowAsync<RpcException>(() =>
            client.CreateScheduleAsync(
                $"s-{Guid.NewGuid()}", Daily("nobody") with { Spec = new() { CronExpressions = ["not a cron"] } }));
        failure.Code.ShouldBe(RpcException.StatusCode.InvalidArgument);
    }

    private static Schedule Daily(string queue) => new(
        ScheduleActionStartWorkflow.Create(
            (ScheduleRunTests.Stamps wf) => wf.RunAsync(), new($"scheduled-{Guid.NewGuid()}", queue)),
        new() { Intervals = [new(TimeSpan.FromDays(1))] });

    private async Task WithAsync(string engine, Func<Schedule, Schedule> change, Func<ScheduleHandle, Task> body)
    {
        var client = await engines.ClientAsync(engine);
        var handle = await client.CreateScheduleAsync($"s-{Guid.NewGuid()}", change(Daily("nobody")));
        await body(handle);
        await handle.DeleteAsync();
    }
}
