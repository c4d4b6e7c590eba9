using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workers of several deployment versions on one queue.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class DeploymentTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Pinned_Run_StaysOnItsVersion(string engine) => WithTwoAsync(engine, async (scenario, deployment) =>
    {
        await SetCurrentAsync(scenario.Client, deployment, "1.0");
        var old = await scenario.Client.StartWorkflowAsync((Pinned wf) => wf.RunAsync(), scenario.NewWorkflow());
        (await old.QueryAsync(wf => wf.Version())).ShouldBe("1.0");
        await SetCurrentAsync(scenario.Client, deployment, "2.0");
        var young = await scenario.Client.StartWorkflowAsync((Pinned wf) => wf.RunAsync(), scenario.NewWorkflow());
        await Task.WhenAll(old.SignalAsync(wf => wf.GoAsync()), young.SignalAsync(wf => wf.GoAsync()));
        (await old.GetResultAsync()).ShouldBe("1.0");
        (await young.GetResultAsync()).ShouldBe("2.0");
    });

    [Theory, EachEngine]
    public Task AutoUpgrade_Run_MovesWithTheNextTask(string engine) => WithTwoAsync(
        engine, async (scenario, deployment) =>
    {
        await SetCurrentAsync(scenario.Client, deployment, "1.0");
        var handle = await scenario.Client.StartWorkflowAsync((Moves wf) => wf.RunAsync(), scenario.NewWorkflow());
        await Scenario.EventuallyAsync(
            async () => (await handle.DescribeAsync()).HistoryLength >= 4, "the first task is done");
        await SetCurrentAsync(scenario.Client, deployment, "2.0");
        await handle.SignalAsync(wf => wf.GoAsync());
        (await handle.GetResultAsync()).ShouldBe("2.0");
    });

    [Theory, EachEngine]
    public Task Override_Pinned_ChoosesTheVersion(string engine) => WithTwoAsync(engine, async (scenario, deployment) =>
    {
        await SetCurrentAsync(scenario.Client, deployment, "2.0");
        var options = scenario.NewWorkflow();
        options.VersioningOverride = new VersioningOverride.Pinned(new(deployment, "1.0"));
        var handle = await scenario.Client.StartWorkflowAsync((Moves wf) => wf.RunAsync(), options);
        await handle.SignalAsync(wf => wf.GoAsync());
        (await handle.GetResultAsync()).ShouldBe("1.0");
    });

    [Theory, EachEngine]
    public Task Activity_OfAVersionedWorkflow_RunsOnTheSameVersion(string engine) => WithTwoAsync(
        engine, async (scenario, deployment) =>
    {
        await SetCurrentAsync(scenario.Client, deployment, "1.0");
        var handle = await scenario.Client.StartWorkflowAsync((Pinned wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.GoAsync());
        await handle.GetResultAsync();
        (await handle.QueryAsync(wf => wf.ActivityVersion())).ShouldBe("1.0");
    });

    // Both versions must have polled before one of them can become the current one.
    private static Task SetCurrentAsync(
        ITemporalClient client, string deployment, string build) => Scenario.EventuallyAsync(async () =>
    {
        try
        {
            await client.WorkflowService.SetWorkerDeploymentCurrentVersionAsync(
                new()
                {
                    Namespace = "default",
                    DeploymentName = deployment,
                    BuildId = build,
                    IgnoreMissingTaskQueues = true,
                    Identity = "a test",
                });
            return true;
        }
        catch (Temporalio.Exceptions.RpcException failure)
            when (failure.Code is Temporalio.Exceptions.RpcException.StatusCode.NotFound
                or Temporalio.Exceptions.RpcException.StatusCode.FailedPrecondition)
        {
            return false;
        }
    }, $"{build} can be the current version", 30);

    private async Task WithTwoAsync(string engine, Func<Scenario, string, Task> body)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var deployment = $"deployment-{Guid.NewGuid():N}";
        TemporalWorker WorkerOf(string build) => new(scenario.Client, scenario.Options(options =>
        {
            options.AddWorkflow<Pinned>().AddWorkflow<Moves>()
                .AddActivity(
                    Temporalio.Activities.ActivityDefinition.Create("version", typeof(string), [], 0, _ => build));
            options.DeploymentOptions = new(new(deployment, build), useWorkerVersioning: true)
            {
                DefaultVersioningBehavior = VersioningBehavior.AutoUpgrade,
            };
        }));
        using var first = WorkerOf("1.0");
        using var second = WorkerOf("2.0");
        await first.ExecuteAsync(() => second.ExecuteAsync(() => body(scenario, deployment)));
    }

    /// <summary>Stays on the version of its first task.</summary>
    [Workflow(VersioningBehavior = VersioningBehavior.Pinned)]
    public sealed class Pinned
    {
        private string _activity = "";
        private bool _go;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _go);
            _activity = await Workflow.ExecuteActivityAsync<string>(
                "version", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
            return Version();
        }

        [WorkflowQuery]
        public string Version() => Workflow.CurrentDeploymentVersion?.BuildId ?? "";

        [WorkflowQuery]
        public string ActivityVersion() => _activity;

        [WorkflowSignal]
        public Task GoAsync()
        {
            _go = true;
            return Task.CompletedTask;
        }
    }

    /// <summary>Goes on with the current version.</summary>
    [Workflow(VersioningBehavior = VersioningBehavior.AutoUpgrade)]
    public sealed class Moves
    {
        private bool _go;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _go);
            return Workflow.CurrentDeploymentVersion?.BuildId ?? "";
        }

        [WorkflowSignal]
        public Task GoAsync()
        {
            _go = true;
            return Task.CompletedTask;
        }
    }
}
