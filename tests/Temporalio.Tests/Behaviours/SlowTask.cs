using System.Collections.Concurrent;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Holds its first workflow task open long enough for a message to arrive meanwhile.</summary>
[Workflow]
public sealed class SlowTask
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> First = new(StringComparer.Ordinal);
    private string _seen = "nothing";

    /// <summary>Ends when the first task of the workflow runs.</summary>
    public static Task StartedAsync(string id) => Signal(id).Task.WaitAsync(TimeSpan.FromSeconds(20));

    [WorkflowRun]
    public async Task<string> RunAsync(bool waits)
    {
        if (Signal(Workflow.Info.WorkflowId).TrySetResult())
        {
            Thread.Sleep(500);
        }

        if (waits)
        {
            await Workflow.WaitConditionAsync(() => _seen != "nothing", TimeSpan.FromMinutes(1));
        }

        return _seen;
    }

    [WorkflowSignal]
    public Task SeeAsync(string what)
    {
        _seen = what;
        return Task.CompletedTask;
    }

    private static TaskCompletionSource Signal(string id) =>
        First.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
