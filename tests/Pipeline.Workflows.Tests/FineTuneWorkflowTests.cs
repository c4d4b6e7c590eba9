using System.Text.Json;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Pipeline.Workflows.Tests;

[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class FineTuneWorkflowTests(EngineFixture engines)
{
    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task P01_EmptyObjectFromTheUi_RunsToPromotion(string engine)
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine));
        var empty = JsonDocument.Parse("""{"canary":{"stepDuration":"00:00:00.05"}}""").RootElement;
        var started = await pipeline.Client.StartWorkflowAsync(
            "FineTuneWorkflow", [empty], new($"finetune:{Guid.NewGuid():N}", pipeline.Queue));
        var handle = pipeline.Client.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(started.Id);
        await TestPipeline.ApproveAsync(handle);
        var result = await handle.GetResultAsync();

        result.Verdict.ShouldBe(Verdict.Promoted, result.Reason);
        pipeline.Fakes.Traffic.ShouldBe(new TrafficState { Route = "debian-sections", StableVersion = 1 });
        pipeline.Fakes.Alias.ShouldBe(1);
        (await handle.QueryAsync(wf => wf.Status)).ShouldAllBe(stage => stage.State == StageState.Done);
        (await handle.QueryAsync(wf => wf.Lineage)).Select(edge => edge.Role).ShouldContain("dataset");
    }

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task P01_WrongFields_FailReadablyAndAtOnce(string engine)
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine));
        var wrong = JsonDocument.Parse(
            """{"trian":{},"train":{"rank":"many","learningRate":-1},"canary":{"steps":[50,10]}}""").RootElement;
        var handle = await pipeline.Client.StartWorkflowAsync(
            "FineTuneWorkflow", [wrong], new($"finetune:{Guid.NewGuid():N}", pipeline.Queue));
        var failed = await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync<FineTuneResult>());

        var failure = failed.InnerException.ShouldBeOfType<ApplicationFailureException>();
        failure.ErrorType.ShouldBe(ErrorTypes.InvalidInput);
        failure.Message.ShouldContain("trian: unknown field; did you mean 'train'?");
        failure.Message.ShouldContain("train.rank: expected a whole number, found \"many\"");
        failure.Message.ShouldContain("train.learningRate: -1");
        failure.Message.ShouldContain("canary.steps");
        pipeline.Fakes.Activities.ShouldBeEmpty();
    }

    [Fact]
    public async Task P01_NoInputAtAll_IsTheDefault()
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"));
        var started = await pipeline.Client.StartWorkflowAsync(
            "FineTuneWorkflow", [], new($"finetune:{Guid.NewGuid():N}", pipeline.Queue));
        var handle = pipeline.Client.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(started.Id);
        await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Promotion);
        (await handle.ExecuteUpdateAsync(wf => wf.AbortAsync(new OperatorInput { By = "ada", Reason = "seen enough" })))
            .ShouldContain("undoes");
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Aborted);
    }

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task P03_BadApprovals_AreRefusedAndLeaveNoEvent(string engine)
    {
        var fakes = new FakeActivities();
        fakes.Context = fakes.Context with { Approvers = ["ada", "bob", "olga"], ApprovalsRequired = 2 };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        var open = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Promotion);

        (await Refused("mallory", open.Digest)).ShouldContain("approvers are ada, bob");
        (await Refused("olga", open.Digest)).ShouldContain("started the run");
        (await Refused("ada", new string('0', 64))).ShouldContain("is not what is decided on");
        (await Refused("ada", open.Digest[..4])).ShouldContain("is not what is decided on");
        (await Refused("", open.Digest)).ShouldContain("'by' must name");
        (await TestPipeline.RefusedAsync(
            () =>
                handle.ExecuteUpdateAsync(
                    wf => wf.WaiveAsync(new DecisionInput { By = "ada", Digest = open.Digest, Reason = "x" }))))
            .ShouldContain("cannot be waived");
        var prefix = open.Digest[..12];
        await handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = prefix }));
        (await Refused("ada", open.Digest)).ShouldContain("has decided already");
        await handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(new DecisionInput { By = "bob", Digest = open.Digest }));

        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        var history = await handle.FetchHistoryAsync();
        history.Events.Count(e => e.WorkflowExecutionUpdateAcceptedEventAttributes is not null).ShouldBe(2);

        Task<string> Refused(string by, string digest) =>
            TestPipeline.RefusedAsync(
                () => handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(new DecisionInput { By = by, Digest = digest })));
    }

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task P04_FailedStage_ParksAndRetriesWithoutTheEarlierOnes(string engine)
    {
        var fakes = new FakeActivities
        {
            Before = (name, call) => name == "Dedup" && call == 1
                ? throw FakeActivities.Failure(ErrorTypes.BadData) : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        var parked = await TestPipeline.ParkedAsync(handle);
        parked.Name.ShouldBe(StageNames.Dedup);
        parked.Failure!.ErrorType.ShouldBe(ErrorTypes.BadData);

        (await TestPipeline.RefusedAsync(
            () =>
                handle.ExecuteUpdateAsync(wf => wf.RetryStageAsync(new RetryStageInput { Stage = StageNames.Train }))))
            .ShouldContain("or a stage before it");
        (await TestPipeline.RefusedAsync(
            () =>
                handle.ExecuteUpdateAsync(
                    wf =>
                        wf.RetryStageAsync(
                            new RetryStageInput { ChangedParameters = Json("""{"data":{"dedupThreshold":7}}""") }))))
            .ShouldContain("data.dedupThreshold");
        (await TestPipeline.RefusedAsync(
            () =>
                handle.ExecuteUpdateAsync(wf => wf.SkipStageAsync(new OperatorInput { By = "ada", Reason = "hurry" }))))
            .ShouldContain("may not be skipped");
        await handle.ExecuteUpdateAsync(
            wf =>
                wf.RetryStageAsync(
                    new RetryStageInput
                    {
                        Stage = StageNames.Dedup,
                        ChangedParameters = Json("""{"data":{"dedupThreshold":0.9},"train":{"seed":7}}""")
                    }));
        await TestPipeline.ApproveAsync(handle);

        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        fakes.Count("Ingest").ShouldBe(1);
        fakes.Count("Sanitize").ShouldBe(1);
        fakes.Count("Dedup").ShouldBe(2);
        fakes.Trainings.Single().Train.Seed.ShouldBe(7);
        fakes.Trainings.Single().Benchmarks.ShouldBe(["debian-mmlu"]);
    }

    [Fact]
    public async Task P04_RetryOfAnEarlierStage_GoesBackThere()
    {
        var fakes = new FakeActivities
        {
            Before = (name, call) => name == "CheckMergeParity" && call == 1
                ? throw FakeActivities.Failure(ErrorTypes.ParityFailed) : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        await TestPipeline.ApproveAsync(handle);
        await TestPipeline.ParkedAsync(handle);
        await handle.ExecuteUpdateAsync(
            wf =>
                wf.RetryStageAsync(
                    new RetryStageInput
                    {
                        Stage = StageNames.Train,
                        ChangedParameters = Json("""{"train":{"seed":2}}""")
                    }));

        // The approval named the digest of the first adapter, so the second one is asked for again.
        await TestPipeline.ApproveAsync(handle);
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        fakes.Count("BuildDataset").ShouldBe(1);
        fakes.Trainings.Select(training => training.Train.Seed).ShouldBe([1, 2]);
        (await handle.QueryAsync(wf => wf.Report)).Decisions.Count(decision => decision.Verdict == "approved")
            .ShouldBe(2);
    }

    [Fact]
    public async Task P04_B22_ResetBeforeTheTraining_VoidsTheApprovalOfTheOldAdapter()
    {
        var fakes = new FakeActivities();
        fakes.Train = input => FakeActivities.Trained(input, 0.5) with
        { Adapter = FakeActivities.Ref($"adapter-{fakes.Trainings.Count}") };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("real"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        await TestPipeline.ApproveAsync(handle);
        await handle.GetResultAsync();
        var history = await handle.FetchHistoryAsync();
        var child = history.Events.First(
            e => e.StartChildWorkflowExecutionInitiatedEventAttributes?.WorkflowType.Name == "TrainWorkflow");
        var reset = await pipeline.Client.WorkflowService.ResetWorkflowExecutionAsync(new()
        {
            Namespace = pipeline.Client.Options.Namespace,
            WorkflowExecution = new() { WorkflowId = handle.Id, RunId = handle.ResultRunId },
            WorkflowTaskFinishEventId =
                child.StartChildWorkflowExecutionInitiatedEventAttributes.WorkflowTaskCompletedEventId,
            RequestId = Guid.NewGuid().ToString(),
            Reason = "train again",
        });

        var again = pipeline.Client.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(handle.Id, reset.RunId);
        (await TestPipeline.AwaitedAsync(again, ApprovalRequest.Promotion)).Digest.ShouldBe(
            FakeActivities.Ref("adapter-2").Sha256);
        (await again.QueryAsync(wf => wf.Report)).Decisions.ShouldNotContain(
            decision => decision.Verdict == "approved");
        fakes.Count("Ingest").ShouldBe(1);
        await TestPipeline.ApproveAsync(again, "bob");
        (await again.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
    }

    [Fact]
    public async Task P05_Stages_RunOnTheQueueOfTheirPool()
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"));
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        await TestPipeline.ApproveAsync(handle);
        await handle.GetResultAsync();
        string[] gpu = ["TryPrompts", "TrainAdapter", "EvaluateShard", "MeasureSpeed", "CheckMergeParity"];
        pipeline.Fakes.Calls.ShouldAllBe(call => call.Queue
            == (gpu.Contains(call.Activity) ? TaskQueues.GpuOf(pipeline.Queue) : TaskQueues.CpuOf(pipeline.Queue)));
    }

    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task P07_P08_History_IsSmallAndReplays(string engine)
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync(engine));
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        for (var step = 1; step <= 30; step++)
        {
            await handle.SignalAsync(wf => wf.TrainingProgressAsync(new TrainingProgress(step, 30, 2.0 / step, 1000)));
        }

        await TestPipeline.ApproveAsync(handle);
        await handle.GetResultAsync();
        var history = await handle.FetchHistoryAsync();
        var bytes = history.Events.Sum(e => e.CalculateSize());
        TestContext.Current.TestOutputHelper?.WriteLine($"{engine}: {history.Events.Count} events, {bytes} bytes");
        history.Events.Count.ShouldBeLessThan(500);
        bytes.ShouldBeLessThan(500_000);
        var options = new WorkflowReplayerOptions { DataConverter = Pipeline.Workflows.Json.PipelineJson.Converter() };
        foreach (var workflow in PipelineWorkflows.All)
        {
            options.AddWorkflow(workflow);
        }

        await new WorkflowReplayer(options).ReplayWorkflowAsync(history);
    }

    [Fact]
    public async Task Gate_Failed_RejectsBeforeAnythingIsRegistered()
    {
        var fakes = new FakeActivities { Gate = _ => FakeActivities.Decision(GateVerdict.Fail) };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        var result = await handle.GetResultAsync();
        result.Verdict.ShouldBe(Verdict.Rejected);
        result.Reason.ShouldContain("debian-mmlu");
        fakes.Registered.ShouldBeEmpty();
        fakes.Count("SetTraffic").ShouldBe(0);
        fakes.Count("WriteReport").ShouldBe(1);
    }

    [Fact]
    public async Task Gate_FailedAndWaivable_NeedsTwoPeopleWithReasons()
    {
        var fakes = new FakeActivities { Gate = _ => FakeActivities.Decision(GateVerdict.Fail) };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick with { Gate = new() { AskWaiver = true } });
        var open = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Waiver);
        var waiver = new DecisionInput { By = "ada", Digest = open.Digest, Reason = "known regression, accepted" };
        var (silent, second) = (waiver with { Reason = "" }, waiver with { By = "bob" });
        (await TestPipeline.RefusedAsync(() => handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(waiver))))
            .ShouldContain("only waived or rejected");
        (await TestPipeline.RefusedAsync(() => handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(silent))))
            .ShouldContain("'reason' is needed");
        await handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(waiver));
        (await TestPipeline.RefusedAsync(() => handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(waiver))))
            .ShouldContain("1 more must come from others");
        await handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(second));
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
    }

    [Fact]
    public async Task Approval_Unanswered_EscalatesThenRejects()
    {
        var fakes = new FakeActivities();
        fakes.Context = fakes.Context with { Approvers = ["ada"] };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var input = TestPipeline.Quick with
        {
            Approval = new()
            {
                EscalateAfter = TimeSpan.FromMilliseconds(200),
                EscalateTo = ["zoe"],
                RejectAfter = TimeSpan.FromSeconds(1)
            }
        };
        var result = await (await pipeline.RunAsync(input)).GetResultAsync();
        result.Verdict.ShouldBe(Verdict.Rejected);
        result.Reason.ShouldContain("expired by timer");
        fakes.Registered.ShouldBeEmpty();

        var escalated = await pipeline.RunAsync(
            input with { Approval = input.Approval with { RejectAfter = TimeSpan.FromSeconds(20) } });
        var open = await TestPipeline.AwaitedAsync(escalated, ApprovalRequest.Promotion);
        // Refused until the question has been put to zoe as well.
        for (var tries = 0; ; tries++)
        {
            try
            {
                await escalated.ExecuteUpdateAsync(
                    wf => wf.ApproveAsync(new DecisionInput { By = "zoe", Digest = open.Digest }));
                break;
            }
            catch (WorkflowUpdateFailedException) when (tries < 100)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }

        (await escalated.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
    }

    [Fact]
    public async Task Approval_OnExpiredEvidence_IsRefused()
    {
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"));
        var handle = await pipeline.RunAsync(
            TestPipeline.Quick with { Approval = new() { EvidenceValidFor = TimeSpan.FromMilliseconds(1) } });
        var open = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Promotion);
        (await TestPipeline.RefusedAsync(
            () =>
                handle.ExecuteUpdateAsync(
                    wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = open.Digest }))))
            .ShouldContain("evidence expired");
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task Canary_Rollback_EndsTheRunAtStable()
    {
        var fakes = new FakeActivities
        {
            Watch = watch => new(new(50, 0, 10, 20), new(50, watch.Traffic.CandidatePercent > 10 ? 25 : 0, 10, 20)),
        };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        await TestPipeline.ApproveAsync(handle);
        var result = await handle.GetResultAsync();
        result.Verdict.ShouldBe(Verdict.RolledBack);
        result.Reason.ShouldContain("25 of 50 requests failed");
        fakes.Traffic.ShouldBe(new TrafficState { Route = "debian-sections" });
        fakes.Alias.ShouldBe(0);
        fakes.Registered.Except(fakes.Retired).ShouldBeEmpty();
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
