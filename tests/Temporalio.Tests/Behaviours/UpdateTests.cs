using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Stages, ends and starts of updates.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class UpdateTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Start_StageCompleted_HasTheResultAtOnce(string engine) => RunAsync(engine, async (_, handle) =>
    {
        var update = await handle.StartUpdateAsync(wf => wf.SetAsync(5), new(WorkflowUpdateStage.Completed));
        (await update.GetResultAsync()).ShouldBe(5);
    });

    [Theory, EachEngine]
    public Task Start_StageAdmitted_IsRefusedByTheClient(string engine) => RunAsync(engine, async (_, handle) =>
        await Should.ThrowAsync<ArgumentException>(
            () => handle.StartUpdateAsync(wf => wf.SetAsync(5), new(WorkflowUpdateStage.Admitted))));

    [Theory, EachEngine]
    public Task Update_UnknownName_IsRejectedAndNamesTheKnown(string engine) => RunAsync(engine, async (_, handle) =>
    {
        var failure =
            await Should.ThrowAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync("Nope", []));
        failure.InnerException!.Message.ShouldContain("Nope");
        failure.InnerException.Message.ShouldContain("Set");
    });

    [Theory, EachEngine]
    public Task Update_Info_HasIdAndName(string engine) => RunAsync(engine, async (_, handle) =>
        (await handle.ExecuteUpdateAsync(wf => wf.WhoAmIAsync(), new("my-id"))).ShouldBe("my-id WhoAmI"));

    [Theory, EachEngine]
    public Task Update_EndingWithTheWorkflow_StillAnswers(string engine) => RunAsync(engine, async (_, handle) =>
    {
        (await handle.ExecuteUpdateAsync(wf => wf.FinishAsync("bye"))).ShouldBe("bye");
        (await handle.GetResultAsync()).ShouldBe("bye");
    });

    [Theory, EachEngine]
    public Task Update_BugInTheHandler_FailsTheTaskNotTheUpdate(string engine) => RunAsync(engine, async (_, handle) =>
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<Exception>(() =>
            handle.ExecuteUpdateAsync(wf => wf.BugAsync(), new() { Rpc = new() { CancellationToken = limit.Token } }));
        await Scenario.EventuallyAsync(
            async () => (await handle.FetchHistoryAsync()).Events.Any(
                entry => entry.EventType == EventType.WorkflowTaskFailed), "the task failed");
        (await handle.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Running);
    });

    [Theory, EachEngine]
    public Task Handlers_Unfinished_AreWaitedForWhereAsked(string engine) => RunAsync(engine, async (_, handle) =>
    {
        var update = await handle.StartUpdateAsync(
            wf => wf.SlowAsync(TimeSpan.FromMilliseconds(300)), new(WorkflowUpdateStage.Accepted));
        await handle.ExecuteUpdateAsync(wf => wf.FinishAsync("after the handlers"));
        (await update.GetResultAsync()).ShouldBe("slow");
        (await handle.GetResultAsync()).ShouldBe("after the handlers");
    });

    [Theory, EachEngine]
    public Task WithStart_RunningAndPolicyFail_IsAlreadyStarted(string engine) => RunAsync(
        engine, async (scenario, handle) =>
    {
        var start = WithStartWorkflowOperation.Create(
            (Updated wf) => wf.RunAsync(), new(handle.Id, scenario.Queue)
            {
                IdConflictPolicy = WorkflowIdConflictPolicy.Fail,
            });
        await Should.ThrowAsync<WorkflowAlreadyStartedException>(
            () => scenario.Client.ExecuteUpdateWithStartWorkflowAsync((Updated wf) => wf.SetAsync(1), new(start)));
    });

    [Theory, EachEngine]
    public Task WithStart_RejectedUpdate_StillStarts(string engine) => RunAsync(engine, async (scenario, _) =>
    {
        var start = WithStartWorkflowOperation.Create(
            (Updated wf) => wf.RunAsync(), new($"wf-{Guid.NewGuid()}", scenario.Queue)
            {
                IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            });
        await Should.ThrowAsync<WorkflowUpdateFailedException>(
            () => scenario.Client.ExecuteUpdateWithStartWorkflowAsync((Updated wf) => wf.SetAsync(-1), new(start)));
        var started = await start.GetHandleAsync();
        (await started.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Running);
        await started.TerminateAsync();
    });

    private Task RunAsync(string engine, Func<Scenario, WorkflowHandle<Updated, string>, Task> body) =>
        engines.RunAsync(engine, options => options.AddWorkflow<Updated>(), async scenario =>
        {
            var handle =
                await scenario.Client.StartWorkflowAsync((Updated wf) => wf.RunAsync(), scenario.NewWorkflow());
            await body(scenario, handle);
            if ((await handle.DescribeAsync()).Status == WorkflowExecutionStatus.Running)
            {
                await handle.TerminateAsync();
            }
        });

    [Workflow]
    public sealed class Updated
    {
        private string? _last;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _last is not null && Workflow.AllHandlersFinished);
            return _last!;
        }

        [WorkflowUpdate]
        public Task<int> SetAsync(int value) => Task.FromResult(value);

        [WorkflowUpdateValidator(nameof(SetAsync))]
        public void ValidateSet(int value) => ArgumentOutOfRangeException.ThrowIfNegative(value);

        [WorkflowUpdate]
        public Task<string> WhoAmIAsync() =>
            Task.FromResult($"{Workflow.CurrentUpdateInfo?.Id} {Workflow.CurrentUpdateInfo?.Name}");

        [WorkflowUpdate]
        public async Task<string> SlowAsync(TimeSpan time)
        {
            await Workflow.DelayAsync(time);
            return "slow";
        }

        [WorkflowUpdate]
        public Task<string> FinishAsync(string last)
        {
            _last = last;
            return Task.FromResult(last);
        }

        [WorkflowUpdate]
        public Task BugAsync() => throw new InvalidOperationException("a bug");
    }
}
