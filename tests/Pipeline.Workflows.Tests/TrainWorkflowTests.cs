using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Training;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class TrainWorkflowTests(EngineFixture engines)
{
    // The usual policy gives up after eight attempts.
    private const int Drains = 12;

    [Fact]
    public async Task S2_21_Divergence_RestartsWithATenthOfTheRate()
    {
        var fakes = new FakeActivities
        {
            Train = input => input.Train.LearningRate > 1e-4
                ? throw FakeActivities.Failure(ErrorTypes.LossDiverged) : FakeActivities.Trained(input, 0.4),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var result = await RunAsync(pipeline, new() { LearningRate = 5e-3, MaxDivergenceRetries = 2 });
        fakes.Trainings.Select(training => training.Train.LearningRate).ShouldBe([5e-3, 5e-4, 5e-5], 1e-12);
        result.Used.LearningRate.ShouldBe(5e-5, 1e-12);
        result.Attempts.Count.ShouldBe(3);
        result.Attempts[0].Outcome.ShouldStartWith("LossDiverged");
    }

    [Fact]
    public async Task S2_21_DivergenceEverywhere_GivesUpAfterTheBound()
    {
        var fakes = new FakeActivities { Train = _ => throw FakeActivities.Failure(ErrorTypes.LossDiverged) };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        await Should.ThrowAsync<WorkflowFailedException>(() => RunAsync(pipeline, new() { MaxDivergenceRetries = 1 }));
        fakes.Trainings.Count.ShouldBe(2);
    }

    [Fact]
    public async Task F42_OutOfMemory_HalvesTheMicroBatchAndKeepsTheBatch()
    {
        var fakes = new FakeActivities
        {
            Train = input => input.Train.MicroBatchSize > 3
                ? throw FakeActivities.Failure(ErrorTypes.OutOfMemory) : FakeActivities.Trained(input, 0.4),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var result = await RunAsync(pipeline, new() { BatchSize = 24, MicroBatchSize = 24 });
        fakes.Trainings.Select(training => training.Train.MicroBatchSize).ShouldBe([24, 12, 6, 3]);
        fakes.Trainings.ShouldAllBe(training => training.Train.BatchSize == 24);
        result.Used.MicroBatchSize.ShouldBe(3);
    }

    [Fact]
    public async Task B16_Sweep_KeepsTheBetterHalfEachRound()
    {
        var fakes = new FakeActivities
        {
            Train = input => FakeActivities.Trained(input, Math.Abs(Math.Log10(input.Train.LearningRate) + 3)),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        SweepTrial[] trials = [new() { LearningRate = 1e-2 }, new() { LearningRate = 2e-3 },
            new() { LearningRate = 1e-3 }, new() { LearningRate = 1e-5 }];
        var result = await RunAsync(pipeline, new() { Sweep = trials, SweepSteps = 10 });
        result.Used.LearningRate.ShouldBe(1e-3);
        fakes.Trainings.Select(training => training.Train.MaxSteps).Order().ShouldBe([0, 10, 10, 10, 10, 20, 20]);
    }

    [Fact]
    public async Task S2_14_RankLadder_ClimbsOnQualityFailureOnly()
    {
        var decisions = new Queue<GateDecision>(
            [FakeActivities.Decision(GateVerdict.Fail, "task"), FakeActivities.Decision(GateVerdict.Fail, "task"),
                FakeActivities.Decision(GateVerdict.Fail)]);
        var fakes = new FakeActivities { Gate = _ => decisions.Dequeue() };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(
            TestPipeline.Quick with { Train = new() { Rank = 8, Alpha = 16, RankLadder = [8, 16, 32, 64] } });
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Rejected);
        fakes.Trainings.Select(training => training.Train.Rank).ShouldBe([8, 16, 32]);
        fakes.Trainings.Select(training => training.Train.Alpha).ShouldBe([16, 32, 64]);
        fakes.Count("BuildDataset").ShouldBe(1);
    }

    [Fact]
    public async Task Drained_MoreOftenThanItMayFail_GoesOn()
    {
        // The store fails once, so that the usual policy has the training, then its workers are stopped again and
        // again.
        var fakes = new FakeActivities
        {
            Before = (_, call) => call == 1 ? throw new IOException("the store does not answer") : call <= Drains
                ? throw Drained() : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        (await RunAsync(pipeline, new())).Training.Steps.ShouldBe(10);
        fakes.Trainings.Count.ShouldBe(Drains + 1);
    }

    [Theory]
    [InlineData("Sanitize")]
    [InlineData("EvaluateShard")]
    public async Task DrainedStage_MoreOftenThanItMayFail_DoesNotPark(string activity)
    {
        var fakes = new FakeActivities
        {
            Before = (name, call) => name == activity && call <= Drains ? throw Drained() : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        await TestPipeline.AwaitedAsync(handle, Approvals.ApprovalRequest.Promotion);
        fakes.Count(activity).ShouldBeGreaterThan(Drains);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task OtherFailures_EndTheTraining()
    {
        var fakes = new FakeActivities { Train = _ => throw FakeActivities.Failure(ErrorTypes.NonFiniteLoss) };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var failed = await Should.ThrowAsync<WorkflowFailedException>(() => RunAsync(pipeline, new()));
        failed.InnerException!.InnerException.ShouldBeOfType<ApplicationFailureException>().ErrorType.ShouldBe(
            ErrorTypes.NonFiniteLoss);
        fakes.Trainings.Count.ShouldBe(1);
    }

    private static ApplicationFailureException Drained() => new("the worker drains", ErrorTypes.WorkerDraining);

    private static Task<TrainResult> RunAsync(TestPipeline pipeline, TrainOptions train)
    {
        var input = new TrainInput
        {
            Dataset = FakeActivities.Ref("dataset"),
            BaseModel = FakeActivities.Ref("base-model"),
            Train = train,
        };
        return pipeline.Client.ExecuteWorkflowAsync(
            (TrainWorkflow wf) => wf.RunAsync(input), new($"train:{Guid.NewGuid():N}", pipeline.Queue));
    }
}
