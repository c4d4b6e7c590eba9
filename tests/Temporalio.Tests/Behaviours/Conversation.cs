using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>A workflow that can be talked to in every way.</summary>
[Workflow]
public sealed class Conversation
{
    private readonly List<int> _seen = [];
    private bool _ended;
    private int _updates;

    [WorkflowQuery]
    public int Count => _seen.Count;

    [WorkflowRun]
    public async Task<string> RunAsync()
    {
        await Workflow.WaitConditionAsync(() => _ended);
        return string.Join(',', _seen);
    }

    [WorkflowSignal]
    public Task AddAsync(int value)
    {
        _seen.Add(value);
        return Task.CompletedTask;
    }

    [WorkflowSignal]
    public Task EndNowAsync()
    {
        _ended = true;
        return Task.CompletedTask;
    }

    [WorkflowQuery]
    public string Describe(string prefix) => $"{prefix}{_seen.Count}";

    [WorkflowQuery]
    public string Refuse() => throw new InvalidOperationException("no answer");

    [WorkflowUpdate]
    public Task FinishAsync()
    {
        _ended = true;
        return Task.CompletedTask;
    }

    [WorkflowUpdate]
    public Task<int> CountUpAsync() => Task.FromResult(++_updates);

    [WorkflowUpdate]
    public async Task<int> MultiplyAsync(int factor)
    {
        await Workflow.DelayAsync(10);
        return factor * 10;
    }

    [WorkflowUpdateValidator(nameof(MultiplyAsync))]
    public void ValidateMultiply(int factor)
    {
        if (factor < 0)
        {
            throw new ApplicationFailureException("negative", "Rejected");
        }
    }

    [WorkflowUpdate]
    public Task FailAsync() => throw new ApplicationFailureException("update failed");

    [WorkflowUpdate]
    public async Task<int> WaitForSignalAsync()
    {
        await Workflow.WaitConditionAsync(() => _seen.Count > 0);
        return _seen[^1];
    }
}
