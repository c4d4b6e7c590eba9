using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Temporalio.Tests.Behaviours;

/// <summary>Signals, queries and updates from the client's side.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class MessageTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Signal_Many_ArriveInOrder(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        for (var i = 0; i < 20; i++)
        {
            await handle.SignalAsync(wf => wf.AddAsync(i));
        }

        await handle.ExecuteUpdateAsync(wf => wf.FinishAsync());
        (await handle.GetResultAsync()).ShouldBe(string.Join(',', Enumerable.Range(0, 20)));
    });

    [Theory, EachEngine]
    public async Task Signal_BeforeAnyWorker_IsNotLost(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handle =
            await scenario.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.AddAsync(1));
        await handle.SignalAsync(wf => wf.AddAsync(2));
        await scenario.RunAsync(options => options.AddWorkflow<Conversation>(), async () =>
        {
            await handle.ExecuteUpdateAsync(wf => wf.FinishAsync());
            (await handle.GetResultAsync()).ShouldBe("1,2");
        });
    }

    [Theory, EachEngine]
    public async Task SignalWithStart_BothBranches_SignalOneRun(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(options => options.AddWorkflow<Conversation>(), async () =>
        {
            var options = scenario.NewWorkflow();
            options.SignalWithStart((Conversation wf) => wf.AddAsync(1));
            var first = await scenario.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            options.SignalWithStart((Conversation wf) => wf.AddAsync(2));
            var second = await scenario.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), options);
            second.ResultRunId.ShouldBe(first.ResultRunId);
            await second.ExecuteUpdateAsync(wf => wf.FinishAsync());
            (await first.GetResultAsync()).ShouldBe("1,2");
        });
    }

    [Theory, EachEngine]
    public Task Query_RunningAndClosed_Answers(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        await handle.SignalAsync(wf => wf.AddAsync(4));
        await Scenario.EventuallyAsync(async () => await handle.QueryAsync(wf => wf.Count) == 1, "the signal is seen");
        (await handle.QueryAsync(wf => wf.Describe("n="))).ShouldBe("n=1");
        await handle.ExecuteUpdateAsync(wf => wf.FinishAsync());
        await handle.GetResultAsync();
        (await handle.QueryAsync(wf => wf.Count)).ShouldBe(1);
    });

    [Theory, EachEngine]
    public Task Query_FailingOrUnknown_TellsTheCaller(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        (await Should.ThrowAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(wf => wf.Refuse()))).Message
            .ShouldContain("no answer");
        (await Should.ThrowAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<string>("unknown", []))).Message
            .ShouldContain("unknown");
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Query_RejectCondition_RefusesAClosedRun(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        await handle.ExecuteUpdateAsync(wf => wf.FinishAsync());
        await handle.GetResultAsync();
        var failure = await Should.ThrowAsync<WorkflowQueryRejectedException>(
            () => handle.QueryAsync(wf => wf.Count, new() { RejectCondition = QueryRejectCondition.NotOpen }));
        failure.WorkflowStatus.ShouldBe(WorkflowExecutionStatus.Completed);
    });

    [Theory, EachEngine]
    public Task Update_Rejected_LeavesNoEvent(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        (await handle.ExecuteUpdateAsync(wf => wf.MultiplyAsync(3))).ShouldBe(30);
        var before = (await handle.FetchHistoryAsync()).Events.Count;
        var failure = await Should.ThrowAsync<WorkflowUpdateFailedException>(
            () => handle.ExecuteUpdateAsync(wf => wf.MultiplyAsync(-1)));
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().ErrorType.ShouldBe("Rejected");
        (await handle.FetchHistoryAsync()).Events.Count.ShouldBe(before);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Update_FailingHandler_FailsTheUpdateOnly(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        var failure = await Should.ThrowAsync<WorkflowUpdateFailedException>(
            () => handle.ExecuteUpdateAsync(wf => wf.FailAsync()));
        failure.InnerException!.Message.ShouldBe("update failed");
        (await handle.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Running);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Update_SameIdTwice_RunsOnce(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        (await handle.ExecuteUpdateAsync(wf => wf.CountUpAsync(), new("once"))).ShouldBe(1);
        (await handle.ExecuteUpdateAsync(wf => wf.CountUpAsync(), new("once"))).ShouldBe(1);
        (await handle.ExecuteUpdateAsync(wf => wf.CountUpAsync(), new("twice"))).ShouldBe(2);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Update_AcceptedThenWaited_GivesTheResultLater(string engine) => RunAsync(
        engine, async (scenario, handle) =>
    {
        var update = await handle.StartUpdateAsync(
            wf => wf.WaitForSignalAsync(), new(WorkflowUpdateStage.Accepted) { Id = "later" });
        await handle.SignalAsync(wf => wf.AddAsync(9));
        (await update.GetResultAsync()).ShouldBe(9);
        (await handle.GetUpdateHandle<int>("later").GetResultAsync()).ShouldBe(9);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Update_AfterTheEnd_IsNotFound(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        await handle.ExecuteUpdateAsync(wf => wf.FinishAsync());
        await handle.GetResultAsync();
        (await Should.ThrowAsync<RpcException>(() => handle.ExecuteUpdateAsync(wf => wf.CountUpAsync()))).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
    });

    [Theory, EachEngine]
    public Task Update_OpenWhenTheWorkflowEnds_FailsForItsCaller(string engine) => RunAsync(
        engine, async (scenario, handle) =>
    {
        var update = await handle.StartUpdateAsync(wf => wf.WaitForSignalAsync(), new(WorkflowUpdateStage.Accepted));
        await handle.SignalAsync(wf => wf.EndNowAsync());
        await handle.GetResultAsync();
        var failure = await Should.ThrowAsync<WorkflowUpdateFailedException>(() => update.GetResultAsync());
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().ErrorType.ShouldBe(
            "AcceptedUpdateCompletedWorkflow");
    });

    [Theory, EachEngine]
    public async Task UpdateWithStart_NewAndRunning_UpdatesOneRun(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(options => options.AddWorkflow<Conversation>(), async () =>
        {
            var id = $"wf-{Guid.NewGuid()}";
            for (var expected = 1; expected <= 2; expected++)
            {
                var start = WithStartWorkflowOperation.Create(
                    (Conversation wf) => wf.RunAsync(), new(id, scenario.Queue)
                    {
                        IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
                    });
                (await scenario.Client.ExecuteUpdateWithStartWorkflowAsync(
                    (Conversation wf) => wf.CountUpAsync(), new(start))).ShouldBe(expected);
            }

            await scenario.Client.GetWorkflowHandle(id).TerminateAsync();
        });
    }

    private async Task RunAsync(string engine, Func<Scenario, WorkflowHandle<Conversation, string>, Task> body)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(
            options => options.AddWorkflow<Conversation>(),
            async () =>
                await body(
                    scenario,
                    await scenario.Client.StartWorkflowAsync(
                        (Conversation wf) => wf.RunAsync(), scenario.NewWorkflow())));
    }
}
