using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Deployment;
using Pipeline.Workflows.Inputs;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class CanaryWorkflowTests(EngineFixture engines)
{
    private static readonly TrafficState Stable = new() { Route = "debian-sections" };

    [Fact]
    public async Task Steps_AllGood_LeaveTheLastShare()
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"));
        var result = await (await StartAsync(pipeline, Input())).GetResultAsync();
        result.Passed.ShouldBeTrue();
        result.Steps.Select(step => step.Percent).ShouldBe([10, 50]);
        pipeline.Fakes.Traffic.CandidatePercent.ShouldBe(50);
        pipeline.Fakes.Loaded.Count.ShouldBe(2);
    }

    [Fact]
    public async Task B36_FailureForGood_EndsAtStableAndTellsTheStep()
    {
        var fakes = new FakeActivities
        {
            Before = (name, call) => name == "WatchTraffic" && call == 2
                ? throw FakeActivities.Failure("Broken") : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var failed = await Should.ThrowAsync<WorkflowFailedException>(
            async () => await (await StartAsync(pipeline, Input())).GetResultAsync());
        fakes.Traffic.ShouldBe(Stable);
        failed.InnerException.ShouldBeOfType<ApplicationFailureException>().Details.ElementAt<int>(0).ShouldBe(1);

        // The next canary begins where this one failed.
        var again = await (await StartAsync(pipeline, Input() with { FirstStep = 1 })).GetResultAsync();
        again.Steps.Select(step => step.Percent).ShouldBe([50]);
    }

    [Fact]
    public async Task B36_RestoreThatFails_IsRepeatedUntilItHolds()
    {
        var fakes = new FakeActivities
        {
            Watch = _ => new(new(50, 0, 10, 20), new(50, 50, 10, 20)),
            Before = (name, call) => name == "SetTraffic" && call is 2 or 3
                ? throw new IOException("gateway is away") : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var result = await (await StartAsync(pipeline, Input())).GetResultAsync();
        result.Passed.ShouldBeFalse();
        result.After.ShouldBe(Stable);
        fakes.Traffic.ShouldBe(Stable);
    }

    [Fact]
    public async Task Inconclusive_AsksPeopleAndGoesOn()
    {
        var fakes = new FakeActivities
        {
            Watch = watch => watch.Traffic.CandidatePercent == 10
                ? new(new(0, 0, 0, 0), new(0, 0, 0, 0)) : new(new(50, 0, 10, 20), new(50, 0, 10, 20)),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await StartAsync(
            pipeline, Input() with { Canary = Input().Canary with { AskFor = TimeSpan.FromSeconds(30) } });
        var decision = new CanaryDecisionInput { By = "ada", Continue = true, Reason = "night traffic" };
        while (true)
        {
            try
            {
                await handle.ExecuteUpdateAsync(wf => wf.DecideAsync(decision));
                break;
            }
            catch (WorkflowUpdateFailedException)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }

        (await handle.GetResultAsync()).Passed.ShouldBeTrue();
    }

    [Fact]
    public async Task Inconclusive_NobodyAnswers_RollsBack()
    {
        var fakes = new FakeActivities { Watch = _ => new(new(0, 0, 0, 0), new(0, 0, 0, 0)) };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var result =
            await (await StartAsync(
                pipeline, Input() with { Canary = Input().Canary with { AskFor = TimeSpan.FromMilliseconds(300) } }))
                .GetResultAsync();
        result.Passed.ShouldBeFalse();
        result.Reason.ShouldContain("nobody decided");
        fakes.Traffic.ShouldBe(Stable);
    }

    [Fact]
    public async Task B31_DeploymentThatFails_IsUndoneOnEveryGateway()
    {
        var fakes = new FakeActivities
        {
            Before = (name, _) => name == "SetTraffic"
                && Temporalio.Activities.ActivityExecutionContext.Current.Info.ActivityId == "5"
                ? throw FakeActivities.Failure("Broken") : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var input = new DeploymentInput
        {
            Route = "debian-sections",
            Version = new("debian-sections", 2, "d"),
            Adapter = FakeActivities.Ref("adapter"),
        };
        await Should.ThrowAsync<WorkflowFailedException>(() =>
            pipeline.Client.ExecuteWorkflowAsync(
                (DeploymentWorkflow wf) => wf.RunAsync(input), new($"deploy:{Guid.NewGuid():N}", pipeline.Queue)));
        fakes.Traffic.ShouldBe(Stable);
        fakes.Loaded.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(50, 0, 10, 50, 0, 10, CanaryOutcome.Continue)]
    [InlineData(50, 0, 10, 50, 5, 10, CanaryOutcome.RollBack)]
    [InlineData(50, 0, 10, 5, 0, 10, CanaryOutcome.Inconclusive)]
    [InlineData(50, 0, 10, 50, 0, 100, CanaryOutcome.RollBack)]
    [InlineData(50, 0, 10, 50, 0, double.NaN, CanaryOutcome.RollBack)]
    public void Judge_Measurement_GivesTheOutcome(
        int stable, int stableErrors, double stableMs, int candidate, int errors, double ms, CanaryOutcome expected) =>
        CanaryAnalysis.Judge(
            new CanaryOptions(),
            new(new(stable, stableErrors, stableMs, stableMs), new(candidate, errors, ms, ms))).Outcome.ShouldBe(
                expected);

    private static CanaryInput Input() => new()
    {
        Route = "debian-sections",
        Version = new("debian-sections", 1, "digest"),
        Adapter = FakeActivities.Ref("adapter"),
        Canary = TestPipeline.Quick.Canary,
    };

    private static Task<WorkflowHandle<CanaryWorkflow, CanaryResult>> StartAsync(
        TestPipeline pipeline, CanaryInput input) =>
        pipeline.Client.StartWorkflowAsync(
            (CanaryWorkflow wf) => wf.RunAsync(input), new($"canary:{Guid.NewGuid():N}", pipeline.Queue));
}
