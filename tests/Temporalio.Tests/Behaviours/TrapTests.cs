using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>
/// Code that leaves the deterministic scheduler fails the workflow task with a message; it neither hangs nor fails the
/// run.
/// </summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class TrapTests(Engines engines)
{
    [Theory]
    [EachEngine("Task.Delay", "thread transfer")]
    [EachEngine("Task.Run", "not scheduled on workflow scheduler")]
    [EachEngine("StartNew", "not scheduled on workflow scheduler")]
    [EachEngine("CancelAfter", "")]
    public Task Leak_FailsTheTask_NotTheRun(string engine, string kind, string message) => engines.RunAsync(
        engine, options => options.AddWorkflow<Leaks>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Leaks wf) => wf.RunAsync(kind), scenario.NewWorkflow());
        await Scenario.EventuallyAsync(
            async () => (await handle.FetchHistoryAsync()).Events.Any(
                entry => entry.EventType == EventType.WorkflowTaskFailed), "the task failed");
        var failed =
            (await handle.FetchHistoryAsync()).Events.First(entry => entry.EventType == EventType.WorkflowTaskFailed);
        failed.WorkflowTaskFailedEventAttributes.Failure.Message.ShouldContain(message);
        (await handle.DescribeAsync()).Status.ShouldBe(WorkflowExecutionStatus.Running);
        await handle.TerminateAsync();
    });

    /// <summary>Leaves the scheduler in the named way.</summary>
    [Workflow]
    public sealed class Leaks
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string kind)
        {
            await Workflow.DelayAsync(1);
            switch (kind)
            {
                case "Task.Delay":
                    await Task.Delay(1);
                    break;
                case "Task.Run":
                    await Task.Run(() => 1);
                    break;
                case "StartNew":
                    await Task.Factory.StartNew(
                        () => 1, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
                    break;
                case "CancelAfter":
                    using (var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(20)))
                    {
                        await Workflow.DelayAsync(TimeSpan.FromMinutes(1), source.Token);
                    }

                    break;
                default:
                    return kind;
            }

            return $"{kind} went through";
        }
    }
}
