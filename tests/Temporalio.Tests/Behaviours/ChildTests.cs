using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Children, external handles, and what a parent's end does to them.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ChildTests(Engines engines)
{
    [Theory]
    [EachEngine(Workflows.ParentClosePolicy.Terminate, WorkflowExecutionStatus.Terminated)]
    [EachEngine(Workflows.ParentClosePolicy.Abandon, WorkflowExecutionStatus.Running)]
    [EachEngine(Workflows.ParentClosePolicy.RequestCancel, WorkflowExecutionStatus.Canceled)]
    public Task ParentEnds_ChildFollowsItsPolicy(
        string engine, Workflows.ParentClosePolicy policy, WorkflowExecutionStatus expected) => RunAsync(
            engine, async scenario =>
    {
        var id = await scenario.Client.ExecuteWorkflowAsync((Leaves wf) => wf.RunAsync(policy), scenario.NewWorkflow());
        var child = scenario.Client.GetWorkflowHandle(id);
        await Scenario.EventuallyAsync(
            async () => (await child.DescribeAsync()).Status == expected, $"the child is {expected}");
        if (expected == WorkflowExecutionStatus.Running)
        {
            await child.TerminateAsync();
        }
    });

    [Theory, EachEngine]
    public Task Child_TerminatedByOthers_FailsTheParent(string engine) => RunAsync(engine, async scenario =>
    {
        var (handle, child) = await StartWaitingAsync(scenario);
        await child.TerminateAsync();
        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<ChildWorkflowFailureException>();
        failure.InnerException.ShouldBeOfType<TerminatedFailureException>();
        failure.WorkflowId.ShouldBe(child.Id);
    });

    [Theory, EachEngine]
    public Task Parent_Cancelled_WaitsForItsChild(string engine) => RunAsync(engine, async scenario =>
    {
        var (handle, child) = await StartWaitingAsync(scenario);
        await handle.CancelAsync();
        var failure = await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        TemporalException.IsCanceledException(failure.InnerException!).ShouldBeTrue();
        (await child.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Canceled);
    });

    [Theory, EachEngine]
    public Task Child_Signalled_Answers(string engine) => RunAsync(engine, async scenario =>
    {
        var options = scenario.NewWorkflow();
        (await scenario.Client.ExecuteWorkflowAsync((Tells wf) => wf.RunAsync(), options))
            .ShouldBe($"told by {options.Id} of {options.Id}");
    });

    [Theory, EachEngine]
    public Task External_Signalled_Obeys(string engine) => RunAsync(engine, async scenario =>
    {
        var other = await scenario.Client.StartWorkflowAsync((Child wf) => wf.RunAsync(), scenario.NewWorkflow());
        (await scenario.Client.ExecuteWorkflowAsync(
            (Reaches wf) => wf.RunAsync(other.Id, "signal"), scenario.NewWorkflow())).ShouldBe("reached");
        (await other.GetResultAsync()).ShouldBe("told by  of ");
    });

    [Theory, EachEngine]
    public Task External_Cancelled_Obeys(string engine) => RunAsync(engine, async scenario =>
    {
        var other = await scenario.Client.StartWorkflowAsync((Child wf) => wf.RunAsync(), scenario.NewWorkflow());
        (await scenario.Client.ExecuteWorkflowAsync(
            (Reaches wf) => wf.RunAsync(other.Id, "cancel"), scenario.NewWorkflow())).ShouldBe("reached");
        (await Should.ThrowAsync<WorkflowFailedException>(() => other.GetResultAsync())).InnerException
            .ShouldBeOfType<CanceledFailureException>();
    });

    [Theory, EachEngine("signal"), EachEngine("cancel")]
    public Task External_Unknown_FailsTheCall(string engine, string how) => RunAsync(engine, async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync(
            (Reaches wf) => wf.RunAsync($"missing-{Guid.NewGuid()}", how), scenario.NewWorkflow())).ShouldBe(
            "not reached"));

    [Theory, EachEngine]
    public Task Child_ContinuedAsNew_GivesTheLastResult(string engine) => RunAsync(engine, async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((RunsChain wf) => wf.RunAsync(), scenario.NewWorkflow())).ShouldBe(
            "done"));

    [Theory, EachEngine]
    public Task ContinuedAsNew_Terminated_ByTheFirstRunOfTheChain(string engine) => RunAsync(engine, async scenario =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((Chain wf) => wf.RunAsync(1, true), scenario.NewWorkflow());
        await Scenario.EventuallyAsync(
            async () => (await scenario.Client.GetWorkflowHandle(handle.Id).DescribeAsync()).RunId
                != handle.ResultRunId, "the second run");
        await scenario.Client.GetWorkflowHandle(handle.Id, firstExecutionRunId: handle.FirstExecutionRunId)
            .TerminateAsync();
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<TerminatedFailureException>();
        (await Should.ThrowAsync<WorkflowContinuedAsNewException>(
            () => handle.GetResultAsync(followRuns: false))).NewRunId.ShouldNotBe(handle.ResultRunId);
    });

    private static async Task<(WorkflowHandle<Waits, string> Parent, WorkflowHandle Child)> StartWaitingAsync(
        Scenario scenario)
    {
        var handle = await scenario.Client.StartWorkflowAsync((Waits wf) => wf.RunAsync(), scenario.NewWorkflow());
        var child = scenario.Client.GetWorkflowHandle($"{handle.Id}-child");
        await Scenario.EventuallyAsync(async () =>
        {
            try
            {
                return (await child.DescribeAsync()).HistoryLength > 3;
            }
            catch (RpcException failure) when (failure.Code == RpcException.StatusCode.NotFound)
            {
                return false;
            }
        }, "the child waits");
        return (handle, child);
    }

    private Task RunAsync(string engine, Func<Scenario, Task> body) => engines.RunAsync(
        engine,
        options => options.AddWorkflow<Leaves>().AddWorkflow<Waits>().AddWorkflow<Tells>().AddWorkflow<Reaches>()
            .AddWorkflow<RunsChain>().AddWorkflow<Child>().AddWorkflow<Chain>(),
        body);

    /// <summary>Starts a child and ends.</summary>
    [Workflow]
    public sealed class Leaves
    {
        [WorkflowRun]
        public async Task<string> RunAsync(Workflows.ParentClosePolicy policy) =>
            (await Workflow.StartChildWorkflowAsync(
                (Child wf) => wf.RunAsync(), new() { ParentClosePolicy = policy })).Id;
    }

    /// <summary>Waits for a child.</summary>
    [Workflow]
    public sealed class Waits
    {
        [WorkflowRun]
        public Task<string> RunAsync() =>
            Workflow.ExecuteChildWorkflowAsync(
                (Child wf) => wf.RunAsync(), new() { Id = $"{Workflow.Info.WorkflowId}-child" });
    }

    /// <summary>Signals its child.</summary>
    [Workflow]
    public sealed class Tells
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var child = await Workflow.StartChildWorkflowAsync((Child wf) => wf.RunAsync());
            await child.SignalAsync(wf => wf.TellAsync());
            return await child.GetResultAsync();
        }
    }

    /// <summary>Signals or cancels a workflow that is not its child.</summary>
    [Workflow]
    public sealed class Reaches
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string id, string how)
        {
            var other = Workflow.GetExternalWorkflowHandle<Child>(id);
            try
            {
                await (how == "signal" ? other.SignalAsync(wf => wf.TellAsync()) : other.CancelAsync());
                return "reached";
            }
            catch (ApplicationFailureException)
            {
                return "not reached";
            }
        }
    }

    /// <summary>Waits for a child that continues as new.</summary>
    [Workflow]
    public sealed class RunsChain
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteChildWorkflowAsync((Chain wf) => wf.RunAsync(3, false));
    }

    /// <summary>Waits until told.</summary>
    [Workflow]
    public sealed class Child
    {
        private bool _told;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _told);
            return $"told by {Workflow.Info.Parent?.WorkflowId} of {Workflow.Info.Root?.WorkflowId}";
        }

        [WorkflowSignal]
        public Task TellAsync()
        {
            _told = true;
            return Task.CompletedTask;
        }
    }

    /// <summary>Continues as new a number of times.</summary>
    [Workflow]
    public sealed class Chain
    {
        [WorkflowRun]
        public async Task<string> RunAsync(int left, bool stays)
        {
            if (left > 0)
            {
                throw Workflow.CreateContinueAsNewException((Chain wf) => wf.RunAsync(left - 1, stays));
            }

            await Workflow.WaitConditionAsync(() => !stays);
            return "done";
        }
    }
}
