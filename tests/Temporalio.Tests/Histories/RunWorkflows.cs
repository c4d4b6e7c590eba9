using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;
using static Temporalio.Tests.Histories.RecordedWorkflows;

namespace Temporalio.Tests.Histories;

[Workflow("timers")]
public sealed class TimersWorkflow
{
    [WorkflowRun]
    public async Task RunAsync()
    {
        await Workflow.DelayAsync(50);
        using var cancel = new CancellationTokenSource();
        var hour = Workflow.DelayAsync(TimeSpan.FromHours(1), cancel.Token);
        await Workflow.WhenAllAsync(new[] { Workflow.DelayAsync(30), Workflow.DelayAsync(60) });
        cancel.Cancel(); // CancelAsync would leave the deterministic scheduler
        try
        {
            await hour;
        }
        catch (OperationCanceledException)
        {
            // The point of the recording.
        }
    }
}

[Workflow("waitTimeout")]
public sealed class WaitTimeoutWorkflow
{
    [WorkflowRun]
    public Task<bool> RunAsync() => Workflow.WaitConditionAsync(() => false, TimeSpan.FromMilliseconds(100));
}

[Workflow("countdown")]
public sealed class CountdownWorkflow
{
    [WorkflowRun]
    public async Task<string> RunAsync(int count)
    {
        await Workflow.DelayAsync(10);
        return count == 0 ? "done" : throw Workflow.CreateContinueAsNewException("countdown", [count - 1]);
    }
}

[Workflow("retries")]
public sealed class RetriesWorkflow
{
    [WorkflowRun]
    public Task<int> RunAsync() =>
        Workflow.Info.Attempt < 2 ? throw new ApplicationFailureException($"attempt {Workflow.Info.Attempt}", "Again")
            : Task.FromResult(Workflow.Info.Attempt);
}

[Workflow("cron")]
public sealed class CronWorkflow
{
    [WorkflowRun]
    public Task<int> RunAsync() => Task.FromResult(1);
}

[Workflow("failing")]
public sealed class FailingWorkflow
{
    [WorkflowRun]
    public Task RunAsync() =>
        throw new ApplicationFailureException("failed", "Custom", nonRetryable: true, details: ["d"]);
}

[Workflow("patches")]
public sealed class PatchesWorkflow
{
    [WorkflowRun]
    public async Task<List<bool>> RunAsync()
    {
        List<bool> marks = [Workflow.Patched("first")];
        await Workflow.DelayAsync(20);
        marks.Add(Workflow.Patched("second"));
        Workflow.DeprecatePatch("third");
        marks.Add(Workflow.Patched("first"));
        return marks;
    }
}

[Workflow("attributes")]
public sealed class AttributesWorkflow
{
    private static readonly SearchAttributeKey<string> Keyword = SearchAttributeKey.CreateKeyword("FxKeyword");
    private static readonly SearchAttributeKey<long> Number = SearchAttributeKey.CreateLong("FxInt");

    [WorkflowRun]
    public async Task RunAsync()
    {
        Workflow.UpsertTypedSearchAttributes(
            Keyword.ValueSet("k1"), Number.ValueSet(7), SearchAttributeKey.CreateDouble("FxDouble").ValueSet(1.25),
            SearchAttributeKey.CreateBool("FxBool").ValueSet(true),
            SearchAttributeKey.CreateText("FxText").ValueSet("some words"),
            SearchAttributeKey.CreateDateTimeOffset("FxDatetime")
                .ValueSet(new DateTimeOffset(2024, 2, 3, 4, 5, 6, 789, TimeSpan.Zero)),
            SearchAttributeKey.CreateKeywordList("FxKeywordList").ValueSet(["a", "b"]));
        Workflow.UpsertMemo(MemoUpdate.ValueSet("added", new { x = 1 }), MemoUpdate.ValueSet("kept", "v"));
        await Workflow.DelayAsync(20);
        Workflow.UpsertTypedSearchAttributes(Keyword.ValueUnset(), Number.ValueSet(8));
        Workflow.UpsertMemo(MemoUpdate.ValueUnset("added"));
    }
}

[Workflow("metadata")]
public sealed class MetadataWorkflow
{
    [WorkflowRun]
    public async Task RunAsync()
    {
        await Workflow.DelayWithOptionsAsync(new DelayOptions(TimeSpan.FromMilliseconds(20), "a timer"));
        await ActAsync(
            "greet", ["m"], new() { StartToCloseTimeout = TimeSpan.FromSeconds(5), Summary = "an activity" });
        await Workflow.ExecuteChildWorkflowAsync<int>(
            "child", [1], new()
            {
                Id = Workflow.Info.WorkflowId + "-child",
                StaticSummary = "a child",
                StaticDetails = "child details",
            });
    }
}
