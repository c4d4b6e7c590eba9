using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Histories made on a server replay in changed code: what is allowed and what is found.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ReplayTests(Engines engines)
{
    [Theory, EachEngine]
    public Task SameCode_Replays(string engine) => ReplaysAsync<OneTimer>(engine, typeof(OneTimer), true);

    [Theory, EachEngine]
    public Task StepAddedBehindAPatch_Replays(string engine) =>
        ReplaysAsync<OneTimer>(engine, typeof(OneTimer.Patched), true);

    [Theory, EachEngine]
    public Task StepAddedWithoutAPatch_IsFound(string engine) =>
        ReplaysAsync<OneTimer>(engine, typeof(OneTimer.Longer), false);

    [Theory, EachEngine]
    public Task TimerReplacedByActivity_IsFound(string engine) =>
        ReplaysAsync<OneTimer>(engine, typeof(OneTimer.Replaced), false);

    [Theory, EachEngine]
    public Task StepRemoved_IsFound(string engine) => ReplaysAsync<OneTimer>(engine, typeof(OneTimer.Shorter), false);

    [Theory, EachEngine]
    public Task PatchDeprecated_Replays(string engine) =>
        ReplaysAsync<OneTimer.Patched>(engine, typeof(OneTimer.Deprecated), true);

    [Theory, EachEngine]
    public Task PatchRemovedTooEarly_IsFound(string engine) =>
        ReplaysAsync<OneTimer.Patched>(engine, typeof(OneTimer), false);

    [Theory, EachEngine]
    public Task ReplayMany_WithoutThrowing_TellsWhichFailed(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<OneTimer>(), async scenario =>
    {
        var history = await HistoryAsync(scenario);
        var results = new List<WorkflowReplayResult>();
        await foreach (var result in new WorkflowReplayer(
            new WorkflowReplayerOptions().AddWorkflow<OneTimer.Replaced>()).ReplayWorkflowsAsync(Twice(history)))
        {
            results.Add(result);
        }

        results.Count.ShouldBe(2);
        results.ShouldAllBe(result => result.ReplayFailure != null && result.History.Id == history.Id);
    });

    [Theory, EachEngine]
    public Task HistoryThroughJson_Replays(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<OneTimer>(), async scenario =>
    {
        var history = await HistoryAsync(scenario);
        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<OneTimer>())
            .ReplayWorkflowAsync(WorkflowHistory.FromJson(history.Id, history.ToJson()));
    });

    [Theory, EachEngine]
    public async Task ChangedCode_OnALiveWorker_FailsTheTaskWithItsOwnCause(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        WorkflowHandle? handle = null;
        await scenario.RunAsync(options => options.AddWorkflow<Asked>(), async () =>
        {
            handle = await scenario.Client.StartWorkflowAsync((Asked wf) => wf.RunAsync(), scenario.NewWorkflow());
            await Scenario.EventuallyAsync(
                async () => (await handle.DescribeAsync()).HistoryLength >= 5, "the first task is done");
        });
        await scenario.RunAsync(options => options.AddWorkflow<Asked.Changed>(), async () =>
        {
            await handle!.SignalAsync("Go", []);
            await Scenario.EventuallyAsync(async () => (await handle!.FetchHistoryAsync()).Events.Any(entry =>
                entry.WorkflowTaskFailedEventAttributes?.Cause == WorkflowTaskFailedCause.NonDeterministicError),
                "non-determinism is reported");
        });
        await handle!.TerminateAsync();
    }

    [Theory, EachEngine]
    public async Task Queries_OfAColdWorker_AreAnsweredByReplay(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        WorkflowHandle<Conversation, string>? handle = null;
        await scenario.RunAsync(options => options.AddWorkflow<Conversation>(), async () =>
        {
            handle = await scenario.Client.StartWorkflowAsync(
                (Conversation wf) => wf.RunAsync(), scenario.NewWorkflow());
            await handle.SignalAsync(wf => wf.AddAsync(3));
            await handle.ExecuteUpdateAsync(wf => wf.CountUpAsync());
        });
        await scenario.RunAsync(options => options.AddWorkflow<Conversation>(), async () =>
        {
            (await handle!.QueryAsync(wf => wf.Count)).ShouldBe(1);
            await handle.TerminateAsync();
        });
    }

    private static async IAsyncEnumerable<WorkflowHistory> Twice(WorkflowHistory history)
    {
        yield return history;
        await Task.Yield();
        yield return history;
    }

    private static async Task<WorkflowHistory> HistoryAsync(Scenario scenario)
    {
        var handle = await scenario.Client.StartWorkflowAsync(nameof(OneTimer), [], scenario.NewWorkflow());
        await handle.GetResultAsync();
        return await handle.FetchHistoryAsync();
    }

    private Task ReplaysAsync<TRecorded>(string engine, Type code, bool deterministic) => engines.RunAsync(
        engine, options => options.AddWorkflow<TRecorded>(), async scenario =>
    {
        var history = await HistoryAsync(scenario);
        var result = await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow(code))
            .ReplayWorkflowAsync(history, throwOnReplayFailure: false);
        if (deterministic)
        {
            result.ReplayFailure.ShouldBeNull();
        }
        else
        {
            result.ReplayFailure.ShouldBeOfType<WorkflowNondeterminismException>().Message.ShouldContain("TMPRL1100");
        }
    });

    /// <summary>One timer; its nested types are later versions of the same workflow.</summary>
    [Workflow]
    public sealed class OneTimer
    {
        [WorkflowRun]
        public Task RunAsync() => Workflow.DelayAsync(1);

        [Workflow(nameof(OneTimer))]
        public sealed class Patched
        {
            [WorkflowRun]
            public async Task RunAsync()
            {
                if (Workflow.Patched("second-timer"))
                {
                    await Workflow.DelayAsync(1);
                }

                await Workflow.DelayAsync(1);
            }
        }

        [Workflow(nameof(OneTimer))]
        public sealed class Deprecated
        {
            [WorkflowRun]
            public async Task RunAsync()
            {
                Workflow.DeprecatePatch("second-timer");
                await Workflow.DelayAsync(1);
                await Workflow.DelayAsync(1);
            }
        }

        [Workflow(nameof(OneTimer))]
        public sealed class Longer
        {
            [WorkflowRun]
            public Task RunAsync() =>
                Workflow.WhenAllAsync(Workflow.DelayAsync(1),
                    Workflow.ExecuteActivityAsync("new", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(1) }));
        }

        [Workflow(nameof(OneTimer))]
        public sealed class Replaced
        {
            [WorkflowRun]
            public Task RunAsync() =>
                Workflow.ExecuteActivityAsync("new", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(1) });
        }

        [Workflow(nameof(OneTimer))]
        public sealed class Shorter
        {
            [WorkflowRun]
            public Task RunAsync() => Task.CompletedTask;
        }
    }

    /// <summary>A timer beside a wait for a signal.</summary>
    [Workflow]
    public sealed class Asked
    {
        private bool _go;

        [WorkflowRun]
        public async Task RunAsync()
        {
            _ = Workflow.DelayAsync(TimeSpan.FromHours(1));
            await Workflow.WaitConditionAsync(() => _go);
        }

        [WorkflowSignal]
        public Task GoAsync()
        {
            _go = true;
            return Task.CompletedTask;
        }

        [Workflow(nameof(Asked))]
        public sealed class Changed
        {
            [WorkflowRun]
            public Task RunAsync() => Workflow.WaitConditionAsync(() => false);

            [WorkflowSignal]
            public Task GoAsync() => Task.CompletedTask;
        }
    }
}
