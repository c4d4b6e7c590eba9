using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Deployment;
using Pipeline.Workflows.Evaluation;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Training;
using Pipeline.Workflows.Triggers;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Temporalio.Worker;

namespace Pipeline.Workflows.Tests;

/// <summary>Workers of one test on queues of their own, with fake activities.</summary>
public sealed class TestPipeline : IAsyncDisposable
{
    public static readonly FineTuneInput Quick = new()
    {
        Owner = "olga",
        Canary = new()
        {
            Steps = [10, 50],
            StepDuration = TimeSpan.FromMilliseconds(50),
            AskFor = TimeSpan.FromSeconds(1),
            MaxInconclusive = 1,
        },
    };

    private readonly List<TemporalWorker> _workers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    private readonly WorkerDeploymentVersion? _version;

    private TestPipeline(ITemporalClient client, FakeActivities fakes, WorkerDeploymentVersion? version) =>
        (Client, Fakes, _version) = (client, fakes, version);

    public ITemporalClient Client { get; }

    public FakeActivities Fakes { get; }

    public string Queue { get; private init; } = $"tq-{Guid.NewGuid():N}";

    public static TestPipeline Start(WorkflowEnvironment environment, FakeActivities? fakes = null) =>
        Start(environment.Client, fakes);

    public static TestPipeline Start(ITemporalClient client, FakeActivities? fakes = null) =>
        Start(new TestPipeline(client, fakes ?? new FakeActivities(), version: null));

    /// <summary>Workers of one version of the code on queues that they share with other versions.</summary>
    public static TestPipeline Start(ITemporalClient client, string queue, WorkerDeploymentVersion version) =>
        Start(new TestPipeline(client, new FakeActivities(), version) { Queue = queue });

    /// <summary>New workers on the same queues, after the old ones are gone.</summary>
    public async Task<TestPipeline> RestartAsync()
    {
        await DisposeAsync();
        return Start(new TestPipeline(Client, Fakes, _version) { Queue = Queue });
    }

    private static TestPipeline Start(TestPipeline pipeline)
    {
        pipeline.Run(new TemporalWorkerOptions(pipeline.Queue).AddPipelineWorkflows());
        pipeline.Run(Responsive(TaskQueues.CpuOf(pipeline.Queue)).AddAllActivities(pipeline.Fakes));
        pipeline.Run(Responsive(TaskQueues.GpuOf(pipeline.Queue)).AddAllActivities(pipeline.Fakes));
        return pipeline;
    }

    public Task<WorkflowHandle<FineTuneWorkflow, FineTuneResult>> RunAsync(FineTuneInput input) =>
        Client.StartWorkflowAsync((FineTuneWorkflow wf) => wf.RunAsync(input),
            new(WorkflowIds.FineTune(Guid.NewGuid().ToString("N")), Queue));

    public static async Task<ApprovalRequest> AwaitedAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, string gate)
    {
        while (true)
        {
            if (await handle.QueryAsync(wf => wf.Awaited) is { } open && open.Gate == gate)
            {
                return open;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<Contracts.StageStatus> ParkedAsync(WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle)
    {
        while (true)
        {
            if ((await handle.QueryAsync(wf => wf.Status))
                .FirstOrDefault(stage => stage.State == Contracts.StageState.Parked) is { } parked)
            {
                return parked;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static async Task ApproveAsync(WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, string by = "ada")
    {
        var open = await AwaitedAsync(handle, ApprovalRequest.Promotion);
        await handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(new DecisionInput { By = by, Digest = open.Digest }));
    }

    /// <summary>Sends an update that must be refused, and returns the reason.</summary>
    public static async Task<string> RefusedAsync(Func<Task> update)
    {
        var exception = await Should.ThrowAsync<WorkflowUpdateFailedException>(update);
        return exception.InnerException?.Message ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_running);
        }
        catch (OperationCanceledException)
        {
            // A stopped worker ends so.
        }

        _workers.ForEach(worker => worker.Dispose());
        _stop.Dispose();
    }

    // A cancellation travels with the answer to a heartbeat.
    private static TemporalWorkerOptions Responsive(string queue) => new(queue)
    {
        MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(200),
    };

    private void Run(TemporalWorkerOptions options)
    {
        options.DeploymentOptions = _version is null ? null : new(_version, useWorkerVersioning: true)
        {
            DefaultVersioningBehavior = VersioningBehavior.Pinned,
        };
        var worker = new TemporalWorker(Client, options);
        _workers.Add(worker);
        _running.Add(worker.ExecuteAsync(_stop.Token));
    }
}
