using Temporalio.Workflows;

namespace Temporalio.Tests.Histories;

[Workflow("simple")]
public sealed class SimpleWorkflow
{
    [WorkflowRun]
    public Task<object> RunAsync(object arg) => Task.FromResult(arg);
}

[Workflow("oneActivity")]
public sealed class OneActivityWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(string name, string? second = null) => await RecordedWorkflows.ActAsync("greet", [name]);
}

[Workflow("sequentialActivities")]
public sealed class SequentialActivitiesWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await RecordedWorkflows.ActAsync("greet", [$"step {i}"]);
        }
    }
}

[Workflow("parallelActivities")]
public sealed class ParallelActivitiesWorkflow
{
    [WorkflowRun]
    public async Task RunAsync(int count) =>
        await Workflow.WhenAllAsync(
            Enumerable.Range(0, count).Select(i => RecordedWorkflows.ActAsync("greet", [$"p{i}"])).ToList());
}
