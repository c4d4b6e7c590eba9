using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Starting, identifying, ending and finding workflows.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class StartTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Start_ByExpressionAndByName_GiveTheResult(string engine) => RunAsync(engine, async scenario =>
    {
        (await scenario.Client.ExecuteWorkflowAsync((Echo wf) => wf.RunAsync("a"), scenario.NewWorkflow()))
            .ShouldBe("a");
        (await (await scenario.Client.StartWorkflowAsync("Echo", ["b"], scenario.NewWorkflow()))
            .GetResultAsync<string>()).ShouldBe("b");
    });

    [Theory, EachEngine]
    public Task Start_SameIdWhileRunning_ThrowsAlreadyStarted(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        var first = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options);
        var failure = await Should.ThrowAsync<WorkflowAlreadyStartedException>(
            () => scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options));
        failure.WorkflowId.ShouldBe(options.Id);
        failure.RunId.ShouldBe(first.ResultRunId);
        await first.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Start_ConflictPolicyUseExisting_JoinsTheRun(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        var first = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options);
        options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
        (await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options)).ResultRunId.ShouldBe(
            first.ResultRunId);
        options.IdConflictPolicy = WorkflowIdConflictPolicy.TerminateExisting;
        var second = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options);
        second.ResultRunId.ShouldNotBe(first.ResultRunId);
        (await scenario.Client.GetWorkflowHandle(options.Id!, first.ResultRunId).DescribeAsync()).Status.ShouldBe(
            WorkflowExecutionStatus.Terminated);
        await second.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Start_ReusePolicies_DecideAboutClosedRuns(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        await scenario.Client.ExecuteWorkflowAsync((Echo wf) => wf.RunAsync("x"), options);
        options.IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate;
        await Should.ThrowAsync<WorkflowAlreadyStartedException>(
            () => scenario.Client.StartWorkflowAsync((Echo wf) => wf.RunAsync("x"), options));
        options.IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicateFailedOnly;
        await Should.ThrowAsync<WorkflowAlreadyStartedException>(
            () => scenario.Client.StartWorkflowAsync((Echo wf) => wf.RunAsync("x"), options));
        options.IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicate;
        (await scenario.Client.ExecuteWorkflowAsync((Echo wf) => wf.RunAsync("y"), options)).ShouldBe("y");
    });

    [Theory, EachEngine]
    public Task Start_Delayed_RunsAfterTheDelay(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.StartDelay = TimeSpan.FromSeconds(1);
        var started = DateTime.UtcNow;
        await scenario.Client.ExecuteWorkflowAsync((Echo wf) => wf.RunAsync("x"), options);
        (DateTime.UtcNow - started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    });

    [Theory, EachEngine]
    public Task Cancel_WaitingWorkflow_EndsCanceled(string engine) => RunAsync(engine, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.CancelAsync();
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<CanceledFailureException>();
        (await handle.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Canceled);
    });

    [Theory, EachEngine]
    public Task Terminate_WithReason_ReachesTheCaller(string engine) => RunAsync(engine, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.TerminateAsync("enough");
        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<TerminatedFailureException>();
        failure.Message.ShouldContain("enough");
    });

    [Theory, EachEngine]
    public Task RunTimeout_Passed_EndsTimedOut(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.RunTimeout = TimeSpan.FromSeconds(1);
        var handle = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options);
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<TimeoutFailureException>()
            .TimeoutType.ShouldBe(TimeoutType.StartToClose);
    });

    [Theory, EachEngine]
    public Task RetryPolicy_FailingWorkflow_RunsAgain(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50), MaximumAttempts = 3 };
        (await scenario.Client.ExecuteWorkflowAsync((FailsTwice wf) => wf.RunAsync(), options)).ShouldBe(3);
    });

    [Theory, EachEngine]
    public Task Failure_DetailsAndCause_ReachTheCaller(string engine) => RunAsync(engine, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Fails wf) => wf.RunAsync(), scenario.NewWorkflow());
        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<ApplicationFailureException>();
        failure.ErrorType.ShouldBe("Custom");
        failure.Details.ElementAt<int>(0).ShouldBe(7);
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().Message.ShouldBe("the cause");
    });

    [Theory, EachEngine]
    public Task ContinueAsNew_Chain_IsFollowedOrNot(string engine) => RunAsync(engine, async scenario =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((CountsDown wf) => wf.RunAsync(3), scenario.NewWorkflow());
        (await handle.GetResultAsync()).ShouldBe("done");
        var first = scenario.Client.GetWorkflowHandle(handle.Id, handle.ResultRunId);
        (await first.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.ContinuedAsNew);
        (await scenario.Client.GetWorkflowHandle(handle.Id).DescribeAsync()).Status.ShouldBe(
            WorkflowExecutionStatus.Completed);
    });

    [Theory, EachEngine]
    public Task Describe_StartedWithMemoAndAttributes_ShowsThem(string engine) => RunAsync(engine, async scenario =>
    {
        var keyword = SearchAttributeKey.CreateKeyword("TestKeyword");
        var value = $"k{Guid.NewGuid():N}";
        var options = scenario.NewWorkflow();
        options.Memo = new Dictionary<string, object> { ["note"] = "hello" };
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(keyword, value)
            .ToSearchAttributeCollection();
        options.StaticSummary = "a summary";
        var handle = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), options);
        var description = await handle.DescribeAsync();
        (await description.Memo["note"].ToValueAsync<string>()).ShouldBe("hello");
        description.TypedSearchAttributes.Get(keyword).ShouldBe(value);
        (await description.GetStaticSummaryAsync()).ShouldBe("a summary");
        await Scenario.EventuallyAsync(
            async () => (await scenario.Client.CountWorkflowsAsync($"TestKeyword = '{value}'")).Count == 1, "visible");
        var listed = new List<string>();
        await foreach (var execution in scenario.Client.ListWorkflowsAsync(
            $"TestKeyword = '{value}' AND ExecutionStatus = 'Running'"))
        {
            listed.Add(execution.Id);
        }

        listed.ShouldBe([handle.Id]);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task List_MalformedQuery_IsInvalidArgument(string engine) => RunAsync(engine, async scenario =>
    {
        var failure =
            await Should.ThrowAsync<RpcException>(() => scenario.Client.CountWorkflowsAsync("this is = not ("));
        failure.Code.ShouldBe(RpcException.StatusCode.InvalidArgument);
    });

    [Theory, EachEngine]
    public Task Handle_UnknownWorkflow_IsNotFound(string engine) => RunAsync(engine, async scenario =>
    {
        var handle = scenario.Client.GetWorkflowHandle($"missing-{Guid.NewGuid()}");
        (await Should.ThrowAsync<RpcException>(() => handle.DescribeAsync())).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(() => handle.SignalAsync("x", []))).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(() => handle.CancelAsync())).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(() => handle.TerminateAsync())).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(() => handle.QueryAsync<string>("x", []))).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
    });

    private async Task RunAsync(string engine, Func<Scenario, Task> body)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(
            options => options.AddWorkflow<Echo>().AddWorkflow<Waits>().AddWorkflow<Fails>().AddWorkflow<FailsTwice>()
                .AddWorkflow<CountsDown>(),
            () => body(scenario));
    }

    [Workflow]
    public sealed class Echo
    {
        [WorkflowRun]
        public Task<string> RunAsync(string value) => Task.FromResult(value);
    }

    [Workflow]
    public sealed class Waits
    {
        [WorkflowRun]
        public Task RunAsync() => Workflow.WaitConditionAsync(() => false);
    }

    [Workflow]
    public sealed class Fails
    {
        [WorkflowRun]
        public Task RunAsync() =>
            throw new ApplicationFailureException(
                "it failed", new ApplicationFailureException("the cause"), "Custom", details: [7]);
    }

    [Workflow]
    public sealed class FailsTwice
    {
        [WorkflowRun]
        public Task<int> RunAsync() =>
            Workflow.Info.Attempt < 3
                ? throw new ApplicationFailureException("again") : Task.FromResult(Workflow.Info.Attempt);
    }

    [Workflow]
    public sealed class CountsDown
    {
        [WorkflowRun]
        public Task<string> RunAsync(int count) =>
            count == 0 ? Task.FromResult("done")
                : throw Workflow.CreateContinueAsNewException((CountsDown wf) => wf.RunAsync(count - 1));
    }
}
