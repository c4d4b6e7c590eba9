using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Triggers;
using Temporalio.Client;

namespace Pipeline.Workflows.Tests;

[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class RetrainTriggerTests(EngineFixture engines)
{
    private static readonly TriggerInput Watch = new()
    {
        Prefix = "raw/tickets",
        MinObjects = 2,
        Debounce = TimeSpan.FromMilliseconds(300),
        CoolDown = TimeSpan.FromMilliseconds(500),
        Run = TestPipeline.Quick with { Canary = new() { Deploy = false } },
    };

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task P02_S2_36_ManyNews_StartExactlyOneRun(string engine)
    {
        var fakes = new FakeActivities
        {
            Gate = _ => FakeActivities.Decision(GateVerdict.Fail),
            Measure = input =>
                new(input.Marker.Length == 0 ? 3 : 0, 100, "seen"),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine), fakes);
        WorkflowHandle<RetrainTriggerWorkflow>? handle = null;
        var id = WorkflowIds.Trigger(Guid.NewGuid().ToString("N"));
        for (var put = 0; put < 5; put++)
        {
            var options = new WorkflowOptions(id, pipeline.Queue);
            var news = new DataNews($"raw/tickets/{put}.jsonl");
            options.SignalWithStart((RetrainTriggerWorkflow wf) => wf.NewDataAsync(news));
            handle = await pipeline.Client.StartWorkflowAsync(
                (RetrainTriggerWorkflow wf) => wf.RunAsync(Watch), options);
        }

        var decisions = await DecisionsAsync(handle!, list => list.Any(decision => decision.Text.Contains("ended")));
        decisions.Count(decision => decision.Started).ShouldBe(1);
        decisions[^1].Text.ShouldContain("Rejected");
        fakes.Count("Ingest").ShouldBe(1);

        await handle!.SignalAsync(wf => wf.NewDataAsync(new DataNews("again")));
        decisions =
            await DecisionsAsync(handle, list => list.Any(decision => decision.Text.Contains("nothing is new")));
        decisions.Count(decision => decision.Started).ShouldBe(1);
        await handle.SignalAsync(wf => wf.StopAsync());
        await handle.GetResultAsync();
    }

    [Fact]
    public async Task S2_36_NewsDuringARun_LeadToExactlyOneFollowUp()
    {
        var (busy, calls) = (new TaskCompletionSource(), 0);
        var fakes = new FakeActivities { Gate = _ => FakeActivities.Decision(GateVerdict.Fail) };
        fakes.Measure = _ => new(fakes.Count("Ingest") < 2 ? 100 : 0, 100, $"marker-{calls++}");
        fakes.Before = (name, call) => name == "Ingest" && call == 1 ? busy.Task : Task.CompletedTask;
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.Client.StartWorkflowAsync(
            (RetrainTriggerWorkflow wf) => wf.RunAsync(Watch),
            new(WorkflowIds.Trigger(Guid.NewGuid().ToString("N")), pipeline.Queue));
        await handle.SignalAsync(wf => wf.NewDataAsync(new DataNews()));
        await DecisionsAsync(handle, list => list.Any(decision => decision.Started));
        for (var put = 0; put < 100; put++)
        {
            await handle.SignalAsync(wf => wf.NewDataAsync(new DataNews($"raw/tickets/{put}.jsonl")));
        }

        busy.SetResult();
        await DecisionsAsync(handle, list => list.Count(decision => decision.Text.Contains("ended")) == 2);
        await handle.SignalAsync(wf => wf.NewDataAsync(new DataNews()));
        var decisions =
            await DecisionsAsync(handle, list => list.Any(decision => decision.Text.Contains("nothing is new")));
        decisions.Count(decision => decision.Started).ShouldBe(2);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task P02_NewsDuringCoolDown_WaitsForItsEnd()
    {
        var calls = 0;
        var fakes = new FakeActivities
        {
            Gate = _ => FakeActivities.Decision(GateVerdict.Fail),
            Measure = _ => new(2, 100, $"marker-{calls++}"),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var input = Watch with { CoolDown = TimeSpan.FromSeconds(3) };
        var handle = await pipeline.Client.StartWorkflowAsync(
            (RetrainTriggerWorkflow wf) => wf.RunAsync(input),
            new(WorkflowIds.Trigger(Guid.NewGuid().ToString("N")), pipeline.Queue));
        await handle.SignalAsync(wf => wf.NewDataAsync(new DataNews()));
        await DecisionsAsync(handle, list => list.Any(decision => decision.Text.Contains("ended")));
        await handle.SignalAsync(wf => wf.NewDataAsync(new DataNews()));
        await DecisionsAsync(
            handle, list => list.Any(decision => decision.Text.Contains("not now, because cool-down")));
        var decisions = await DecisionsAsync(handle, list => list.Count(decision => decision.Started) == 2);
        var starts = decisions.Where(decision => decision.Started).ToList();
        (starts[1].At - starts[0].At).ShouldBeGreaterThan(TimeSpan.FromSeconds(3));
        await handle.TerminateAsync();
    }

    [Fact]
    public void Decide_Rules_NameTheReason()
    {
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        TriggerRules.Decide(Watch, new(0, 0, "m"), now).Reason.ShouldBe("nothing is new");
        TriggerRules.Decide(Watch, new(1, 100, "m"), now).Reason.ShouldContain("1 of 2 objects");
        TriggerRules.Decide(Watch with { State = new() { Since = now - TimeSpan.FromDays(31) } }, new(1, 100, "m"),
            now).Start.ShouldBeTrue();
        TriggerRules.Decide(Watch with { CoolDown = TimeSpan.FromHours(1), State = new() { LastEnd = now } },
            new(9, 100, "m"), now).AskAgain.ShouldBe(TimeSpan.FromHours(1));
        var busy = Watch with
        {
            MaxRunsPerDay = 2,
            State =
                new() { Starts = [now - TimeSpan.FromHours(20), now - TimeSpan.FromHours(1)] }
        };
        var (start, reason, askAgain) = TriggerRules.Decide(busy, new(9, 100, "m"), now);
        start.ShouldBeFalse();
        reason.ShouldContain("budget of 2 runs");
        askAgain.ShouldBe(TimeSpan.FromHours(4));
    }

    private static async Task<IReadOnlyList<TriggerDecision>> DecisionsAsync(
        WorkflowHandle<RetrainTriggerWorkflow> handle, Func<IReadOnlyList<TriggerDecision>, bool> until)
    {
        while (true)
        {
            var decisions = await handle.QueryAsync(wf => wf.Decisions);
            if (until(decisions))
            {
                return decisions;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
