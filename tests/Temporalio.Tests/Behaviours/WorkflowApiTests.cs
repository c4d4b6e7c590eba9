using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>What workflow code may use: timers, conditions, patches, attributes, dynamic handlers, metadata.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class WorkflowApiTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Timers_FiredAndCancelled_AreCounted(string engine) =>
        RunAsync<ApiWorkflows.Timers>(engine, async (scenario, id) =>
        (await scenario.Client.ExecuteWorkflowAsync(
            (ApiWorkflows.Timers wf) => wf.RunAsync(), scenario.NewWorkflow(id))).ShouldBe("fired cancelled"));

    [Theory, EachEngine]
    public Task WaitCondition_Timeout_ReturnsFalse(string engine) =>
        RunAsync<ApiWorkflows.Conditions>(engine, async (scenario, id) =>
        (await scenario.Client.ExecuteWorkflowAsync(
            (ApiWorkflows.Conditions wf) => wf.RunAsync(), scenario.NewWorkflow(id))).ShouldBe("False True"));

    [Theory, EachEngine]
    public async Task RandomAndGuid_WithoutCache_AreTheSameOnEveryReplay(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(
            options => { options.AddWorkflow<ApiWorkflows.Randoms>(); options.MaxCachedWorkflows = 0; }, async () =>
            (await scenario.Client.ExecuteWorkflowAsync(
                (ApiWorkflows.Randoms wf) => wf.RunAsync(), scenario.NewWorkflow())).ShouldBe("stable"));
    }

    [Theory, EachEngine]
    public Task MemoAndAttributes_Upserted_AreListed(string engine) => RunAsync<ApiWorkflows.Upserts>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Upserts wf) => wf.RunAsync(42), scenario.NewWorkflow(id));
        await Scenario.EventuallyAsync(
            async () => (await scenario.Client.CountWorkflowsAsync($"TestNumber = 42 AND WorkflowId = '{id}'")).Count
                == 1, "the attribute is indexed");
        var description = await handle.DescribeAsync();
        (await description.Memo["stage"].ToValueAsync<string>()).ShouldBe("train");
        await Scenario.EventuallyAsync(
            async () => !(await handle.DescribeAsync()).Memo.ContainsKey("gone"), "the memo key is unset");
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Metadata_CurrentDetailsAndHandlers_AreQueryable(string engine) => RunAsync<ApiWorkflows.Described>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Described wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        var metadata =
            await handle.QueryAsync<Temporalio.Api.Sdk.V1.WorkflowMetadata>("__temporal_workflow_metadata", []);
        metadata.CurrentDetails.ShouldBe("**waiting**");
        metadata.Definition.SignalDefinitions.Single().Name.ShouldBe("Go");
        metadata.Definition.SignalDefinitions.Single().Description.ShouldBe("ends it");
        metadata.Definition.UpdateDefinitions.Single().Name.ShouldBe("Change");
        (await handle.QueryAsync<string>("__stack_trace", [])).ShouldContain("Described");
        await handle.SignalAsync(wf => wf.GoAsync());
        await handle.GetResultAsync();
    }, options => options.WorkflowStackTrace = WorkflowStackTrace.Normal);

    [Theory, EachEngine]
    public Task DynamicHandlers_AnyName_AreServed(string engine) => RunAsync<ApiWorkflows.Dynamic>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync("AnyWorkflowName", ["hello"], scenario.NewWorkflow(id));
        await handle.SignalAsync("anySignal", [1]);
        (await handle.ExecuteUpdateAsync<string>("anyUpdate", [2])).ShouldBe("anyUpdate");
        (await handle.QueryAsync<string>("anyQuery", [])).ShouldBe("anyQuery after anySignal,anyUpdate");
        (await handle.GetResultAsync<string>()).ShouldBe("AnyWorkflowName");
    });

    [Theory, EachEngine]
    public Task Mutex_ConcurrentUpdates_DoNotInterleave(string engine) => RunAsync<ApiWorkflows.Locked>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Locked wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => handle.ExecuteUpdateAsync(wf => wf.EnterAsync())));
        (await handle.QueryAsync(wf => wf.Most)).ShouldBe(1);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task ClrTimer_InsideAWorkflow_FailsTheTaskNotTheRun(string engine) => RunAsync<ApiWorkflows.Leaks>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Leaks wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        await Scenario.EventuallyAsync(
            async () => (await handle.FetchHistoryAsync()).Events.Any(e => e.EventType == EventType.WorkflowTaskFailed),
            "the task failed");
        var failed = (await handle.FetchHistoryAsync()).Events.First(e => e.EventType == EventType.WorkflowTaskFailed);
        failed.WorkflowTaskFailedEventAttributes.Failure.Message.ShouldContain("timer", Case.Insensitive);
        (await handle.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Running);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Exception_OfAConfiguredType_FailsTheRun(string engine) => RunAsync<ApiWorkflows.FailsHard>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.FailsHard wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException!.Message
            .ShouldBe("counts as a failure");
    });

    [Theory, EachEngine]
    public Task Exception_OfAnotherType_SuspendsUntilFixed(string engine) => RunAsync<ApiWorkflows.Buggy>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Buggy wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        await Scenario.EventuallyAsync(
            async () => (await handle.FetchHistoryAsync()).Events.Any(e => e.EventType == EventType.WorkflowTaskFailed),
            "the task failed");
        ApiWorkflows.Buggy.Fixed[id] = true;
        (await handle.GetResultAsync()).ShouldBe("fixed");
    });

    [Theory, EachEngine]
    public Task Patched_NewRun_TakesTheNewPathAndRecordsIt(string engine) => RunAsync<ApiWorkflows.Patches>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Patches wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        (await handle.GetResultAsync()).ShouldBe("new");
        await Scenario.EventuallyAsync(
            async () =>
                (await scenario.Client.CountWorkflowsAsync(
                    $"TemporalChangeVersion = 'p1' AND WorkflowId = '{id}'")).Count == 1, "the patch is searchable");
    });

    [Theory, EachEngine]
    public Task Children_StartedFailedAndSignalled_Behave(string engine) =>
        RunAsync<ApiWorkflows.Family>(engine, async (scenario, id) =>
        (await scenario.Client.ExecuteWorkflowAsync(
            (ApiWorkflows.Family wf) => wf.RunAsync(), scenario.NewWorkflow(id)))
            .ShouldBe("42; child failed: no; already started; cancelled"),
            options => options.AddWorkflow<ApiWorkflows.Member>());

    [Theory, EachEngine]
    public Task LocalActivity_Retried_RunsInsideTheTask(string engine) => RunAsync<ApiWorkflows.Locals>(
        engine, async (scenario, id) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (ApiWorkflows.Locals wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        (await handle.GetResultAsync()).ShouldBe("3");
        (await handle.FetchHistoryAsync()).Events.ShouldNotContain(e => e.EventType == EventType.ActivityTaskScheduled);
    }, options => options.AddAllActivities(typeof(SampleActivities), null));

    [Theory, EachEngine]
    public Task Deadlock_BusyWorkflow_FailsTheTask(string engine) => RunAsync<ApiWorkflows.Busy>(
        engine, async (scenario, id) =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((ApiWorkflows.Busy wf) => wf.RunAsync(), scenario.NewWorkflow(id));
        await Scenario.EventuallyAsync(
            async () => (await handle.FetchHistoryAsync()).Events.Any(e =>
                e.WorkflowTaskFailedEventAttributes?.Failure.Message.Contains(
                    "deadlock", StringComparison.OrdinalIgnoreCase) == true), "the detector spoke");
        await handle.TerminateAsync();
    });

    private async Task RunAsync<T>(
        string engine, Func<Scenario, string, Task> body, Action<TemporalWorkerOptions>? more = null)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(options => { options.AddWorkflow<T>(); more?.Invoke(options); },
            () => body(scenario, $"wf-{Guid.NewGuid()}"));
    }
}
