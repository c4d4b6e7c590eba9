using Temporalio.Exceptions;
using Temporalio.Workflows;
using static Temporalio.Tests.Histories.RecordedWorkflows;

namespace Temporalio.Tests.Histories;

[Workflow("child")]
public sealed class ChildWorkflow
{
    [WorkflowRun]
    public async Task<int> RunAsync(int value)
    {
        await Workflow.DelayAsync(20);
        return value * 2;
    }
}

[Workflow("childFails")]
public sealed class ChildFailsWorkflow
{
    [WorkflowRun]
    public Task RunAsync() =>
        throw new ApplicationFailureException("child failed", "ChildFailed", nonRetryable: true, details: [1]);
}

[Workflow("waitForever")]
public sealed class WaitForeverWorkflow
{
    [WorkflowRun]
    public Task RunAsync() => Workflow.WaitConditionAsync(() => false);
}

[Workflow("cleanupOnCancel")]
public sealed class CleanupOnCancelWorkflow
{
    [WorkflowRun]
    public async Task RunAsync()
    {
        try
        {
            await Workflow.DelayAsync(TimeSpan.FromHours(1));
        }
        catch (OperationCanceledException)
        {
            await ActAsync("greet", ["cleanup"],
                new() { StartToCloseTimeout = TimeSpan.FromSeconds(10), CancellationToken = CancellationToken.None });
            throw;
        }
    }
}

[Workflow("parent")]
public sealed class ParentWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string id)
    {
        await Workflow.ExecuteChildWorkflowAsync<int>("child", [21], new() { Id = id + "-a" });
        await AttemptAsync(Workflow.ExecuteChildWorkflowAsync("childFails", [], new() { Id = id + "-b" }));
    }
}

[Workflow("parentCancelsChild")]
public sealed class ParentCancelsChildWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string id)
    {
        using var cancel = new CancellationTokenSource();
        var child = await Workflow.StartChildWorkflowAsync(
            "cleanupOnCancel", [], new() { Id = id, CancellationToken = cancel.Token });
        cancel.Cancel(); // CancelAsync would leave the deterministic scheduler
        await AttemptAsync(child.GetResultAsync());
    }
}

[Workflow("parentLeaves")]
public sealed class ParentLeavesWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string id)
    {
        await Workflow.StartChildWorkflowAsync(
            "waitForever", [], new() { Id = id + "-t", ParentClosePolicy = ParentClosePolicy.Terminate });
        await Workflow.StartChildWorkflowAsync(
            "cleanupOnCancel", [], new() { Id = id + "-c", ParentClosePolicy = ParentClosePolicy.RequestCancel });
        await Workflow.StartChildWorkflowAsync(
            "child", [1], new() { Id = id + "-a", ParentClosePolicy = ParentClosePolicy.Abandon });
    }
}

[Workflow("childIdInUse")]
public sealed class ChildIdInUseWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string id) =>
        await AttemptAsync(Workflow.StartChildWorkflowAsync("child", [1], new() { Id = id }));
}

[Workflow("external")]
public sealed class ExternalWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string target, string missing)
    {
        await Workflow.GetExternalWorkflowHandle(target).SignalAsync("add", ["from outside"]);
        await AttemptAsync(Workflow.GetExternalWorkflowHandle(missing).SignalAsync("add", ["x"]));
        await Workflow.GetExternalWorkflowHandle(target).CancelAsync();
        await AttemptAsync(Workflow.GetExternalWorkflowHandle(missing).CancelAsync());
    }
}

[Workflow("pipeline")]
public sealed class PipelineWorkflow
{
    private bool _approved;

    [WorkflowQuery("stage")]
    public string Stage { get; private set; } = "prepare";

    [WorkflowRun]
    public async Task RunAsync(List<int> stages)
    {
        await ActAsync("greet", ["prepare"]);
        Stage = "train";
        await ActAsync("beatThenFail", [],
            new() { StartToCloseTimeout = TimeSpan.FromSeconds(30), HeartbeatTimeout = TimeSpan.FromSeconds(5) });
        Stage = "evaluate";
        await Workflow.WhenAllAsync(stages.Select((stage, i) =>
            Workflow.ExecuteChildWorkflowAsync<int>(
                "child", [stage], new() { Id = $"{Workflow.Info.WorkflowId}-eval-{i}" })).ToList());
        Stage = "approval";
        await Workflow.WaitConditionAsync(() => _approved, TimeSpan.FromHours(1));
        Stage = "done";
    }

    [WorkflowUpdate("approve")]
    public Task<string> ApproveAsync(string who)
    {
        _approved = true;
        return Task.FromResult($"approved by {who}");
    }
}
