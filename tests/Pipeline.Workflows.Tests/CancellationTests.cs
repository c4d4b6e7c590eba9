using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

/// <summary>
/// P-10: a run that is ended in any stage leaves all traffic with the stable version, no alias and no version of its
/// own.
/// </summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class CancellationTests(EngineFixture engines)
{
    private static readonly string[] BeforeApproval =
        ["PrepareRun", "Ingest", "HoldOut", "Sanitize", "Dedup", "Decontaminate", "BuildDataset", "DrawReviewSample",
            "CompareBaselines", "TryPrompts", "TrainAdapter", "EvaluateShard", "MeasureSpeed", "DecideGate"];

    private static readonly string[] AfterApproval =
        ["CheckMergeParity", "RegisterAdapter", "LoadAdapter", "WatchTraffic", "MoveAlias", "SetTraffic"];

    public static TheoryData<string> All => [.. BeforeApproval, .. AfterApproval];

    public static TheoryData<string> Late => [.. AfterApproval];

    [Theory]
    [MemberData(nameof(All))]
    public async Task P10_Cancel_LeavesNothingBehind(string activity)
    {
        var fakes = Holding(activity, out var reached);
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await ReachAsync(pipeline, activity, reached);
        await handle.CancelAsync();
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<CanceledFailureException>();
        Untouched(fakes);
    }

    [Theory]
    [MemberData(nameof(Late))]
    public async Task P10_Terminate_LeavesNothingBehind(string activity)
    {
        var fakes = Holding(activity, out var reached);
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await ReachAsync(pipeline, activity, reached);
        await handle.TerminateAsync("somebody pressed the button");
        await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        for (var look = 0; look < 400 && fakes.Registered.Except(fakes.Retired).Any(); look++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        fakes.Registered.Except(fakes.Retired).ShouldBeEmpty();
        fakes.Traffic.ShouldBe(new TrafficState { Route = "debian-sections" });
        fakes.Alias.ShouldBe(0);
    }

    private static void Untouched(FakeActivities fakes)
    {
        fakes.Traffic.ShouldBe(new TrafficState { Route = "debian-sections" });
        fakes.Alias.ShouldBe(0);
        fakes.Registered.Except(fakes.Retired).ShouldBeEmpty();
    }

    // The second change of traffic is the middle of the canary; every other activity is held at its first call.
    private static FakeActivities Holding(string activity, out Task reached)
    {
        var signal = new TaskCompletionSource();
        reached = signal.Task;
        var held = activity == "SetTraffic" ? 2 : 1;
        return new FakeActivities
        {
            Before = (name, call) => name == activity && call == held ? HoldAsync(signal) : Task.CompletedTask,
        };
    }

    private static async Task<WorkflowHandle<FineTuneWorkflow, FineTuneResult>> ReachAsync(
        TestPipeline pipeline, string activity, Task reached)
    {
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        if (AfterApproval.Contains(activity))
        {
            await TestPipeline.ApproveAsync(handle);
        }

        await reached.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return handle;
    }

    private static async Task HoldAsync(TaskCompletionSource reached)
    {
        reached.TrySetResult();
        var context = ActivityExecutionContext.Current;
        while (true)
        {
            context.Heartbeat();
            await Task.Delay(100, context.CancellationToken);
        }
    }
}
