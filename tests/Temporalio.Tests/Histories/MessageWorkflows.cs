using Temporalio.Exceptions;
using Temporalio.Workflows;
using static Temporalio.Tests.Histories.RecordedWorkflows;

namespace Temporalio.Tests.Histories;

[Workflow("signals")]
public sealed class SignalsWorkflow
{
    private readonly List<string> _seen = [];

    [WorkflowRun]
    public async Task<List<string>> RunAsync(int count)
    {
        await Workflow.WaitConditionAsync(() => _seen.Count >= count);
        return _seen;
    }

    [WorkflowSignal("add")]
    public Task AddAsync(object value)
    {
        _seen.Add($"{value}");
        return Task.CompletedTask;
    }
}

[Workflow("signalAndActivity")]
public sealed class SignalAndActivityWorkflow
{
    private int _seen;

    [WorkflowRun]
    public async Task RunAsync() =>
        await Workflow.WhenAllAsync(new[] { ActAsync("slow", [800]), Workflow.WaitConditionAsync(() => _seen >= 2) });

    [WorkflowSignal("add")]
    public Task AddAsync(object value)
    {
        _seen++;
        return Task.CompletedTask;
    }
}

[Workflow("updates")]
public sealed class UpdatesWorkflow
{
    private bool _done;

    [WorkflowQuery("sum")]
    public int Sum { get; private set; }

    [WorkflowRun]
    public async Task<int> RunAsync()
    {
        await Workflow.WaitConditionAsync(() => _done && Workflow.AllHandlersFinished);
        return Sum;
    }

    [WorkflowUpdate("add")]
    public Task<int> AddAsync(int value)
    {
        Sum += value;
        return Task.FromResult(Sum);
    }

    [WorkflowUpdateValidator(nameof(AddAsync))]
    public void ValidateAdd(int value)
    {
        if (value < 0)
        {
            throw new ApplicationFailureException("negative", "Rejected");
        }
    }

    [WorkflowUpdate("viaActivity")]
    public async Task<object?> ViaActivityAsync(string value) => await ActAsync("greet", [value]);

    [WorkflowUpdate("afterTimer")]
    public async Task<object> AfterTimerAsync(object value)
    {
        await Workflow.DelayAsync(50);
        return value;
    }

    [WorkflowUpdate("fails")]
    public Task FailAsync() =>
        throw new ApplicationFailureException("update failed", "UpdateFailed", nonRetryable: true);

    [WorkflowUpdate("finish")]
    public Task<int> FinishAsync()
    {
        _done = true;
        return Task.FromResult(Sum);
    }
}

[Workflow("updateLeftOpen")]
public sealed class UpdateLeftOpenWorkflow
{
    private bool _go;

    [WorkflowRun]
    public async Task RunAsync() => await Workflow.WaitConditionAsync(() => _go);

    [WorkflowUpdate("slow")]
    public async Task SlowAsync()
    {
        _go = true;
        await Workflow.DelayAsync(TimeSpan.FromHours(1));
    }
}

[Workflow("resettable")]
public sealed class ResettableWorkflow
{
    private readonly List<string> _seen = [];
    private bool _done;

    [WorkflowQuery("seen")]
    public IReadOnlyList<string> Seen => _seen;

    [WorkflowRun]
    public async Task<List<string>> RunAsync()
    {
        await ActAsync("greet", ["before"]);
        await Workflow.WaitConditionAsync(() => _done);
        return _seen;
    }

    [WorkflowSignal("add")]
    public Task AddAsync(object value)
    {
        _seen.Add($"{value}");
        return Task.CompletedTask;
    }

    [WorkflowSignal("finish")]
    public Task FinishAsync()
    {
        _done = true;
        return Task.CompletedTask;
    }

    [WorkflowUpdate("upd")]
    public Task<int> UpdateAsync(object value)
    {
        _seen.Add($"u{value}");
        return Task.FromResult(_seen.Count);
    }
}

[Workflow("buggyOnce")]
public sealed class BuggyOnceWorkflow
{
    private bool _healed;

    [WorkflowRun]
    public async Task<string> RunAsync()
    {
        await Workflow.DelayAsync(10);
        return _healed ? "healed" : throw new InvalidOperationException("bug in workflow code");
    }

    [WorkflowSignal("heal")]
    public Task HealAsync()
    {
        _healed = true;
        return Task.CompletedTask;
    }
}
