using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The official .NET SDK works against the embedded server exactly as against the real one.</summary>
[Trait("Tier", "workflow")]
public sealed class OfficialSdkTests
{
    public static TheoryData<string> Names => ["embedded", "real"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Workflow_ApprovalByUpdate_RunsToItsEnd(string engine)
    {
        var program = Engines.Program(engine);
        await using var environment = await WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExistingPath = program, StartupTimeout = TimeSpan.FromMinutes(1) } });
        var queue = $"tq-{Guid.NewGuid()}";
        using var worker = new TemporalWorker(
            environment.Client, new TemporalWorkerOptions(queue).AddWorkflow<ApprovalWorkflow>()
                .AddActivity(ApprovalWorkflow.FlakyAsync));
        await worker.ExecuteAsync(async () =>
        {
            var handle = await environment.Client.StartWorkflowAsync(
                (ApprovalWorkflow wf) => wf.RunAsync("adapter"), new(id: $"wf-{Guid.NewGuid()}", taskQueue: queue));
            var refused = await Should.ThrowAsync<WorkflowUpdateFailedException>(
                () => handle.ExecuteUpdateAsync(wf => wf.ApproveAsync("")));
            refused.InnerException!.Message.ShouldContain("name");
            (await handle.ExecuteUpdateAsync(wf => wf.ApproveAsync("ada"))).ShouldBe(1);
            (await handle.GetResultAsync()).ShouldBe("adapter approved by ada after 2 attempts");
            (await handle.QueryAsync(wf => wf.Approver)).ShouldBe("ada");
            var history = await handle.FetchHistoryAsync();
            await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<ApprovalWorkflow>())
                .ReplayWorkflowAsync(history);
            // The refused update left no trace.
            history.Events.Count(e => e.WorkflowExecutionUpdateAcceptedEventAttributes is not null).ShouldBe(1);
        });
    }

    [Workflow]
    public sealed class ApprovalWorkflow
    {
        [WorkflowQuery]
        public string? Approver { get; private set; }

        [Activity]
        public static Task<int> FlakyAsync()
        {
            var attempt = ActivityExecutionContext.Current.Info.Attempt;
            return attempt < 2 ? throw new InvalidOperationException("not yet") : Task.FromResult(attempt);
        }

        [WorkflowRun]
        public async Task<string> RunAsync(string name)
        {
            var attempts = await Workflow.ExecuteActivityAsync(
                () => FlakyAsync(),
                new()
                {
                    StartToCloseTimeout = TimeSpan.FromSeconds(10),
                    RetryPolicy = new()
                    {
                        InitialInterval = TimeSpan.FromMilliseconds(50),
                    },
                });
            await Workflow.WaitConditionAsync(() => Approver is not null);
            await Workflow.DelayAsync(TimeSpan.FromMilliseconds(50));
            return $"{name} approved by {Approver} after {attempts} attempts";
        }

        [WorkflowUpdate]
        public Task<int> ApproveAsync(string approver)
        {
            Approver = approver;
            return Task.FromResult(1);
        }

        [WorkflowUpdateValidator(nameof(ApproveAsync))]
        public void ValidateApprove(string approver)
        {
            if (approver.Length == 0)
            {
                throw new ApplicationFailureException("a name is needed");
            }
        }
    }
}
