using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>A server that stops and starts on its file.</summary>
[Trait("Tier", "workflow")]
public sealed class ServerRestartTests
{
    [Theory, EachEngine]
    public async Task Server_StoppedAndStartedOnItsFile_KeepsTimersAndRuns(string engine)
    {
        using var folder = new TempDirectory();
        var (id, queue) = ($"wf-{Guid.NewGuid()}", $"tq-{Guid.NewGuid()}");
        await using (var before = await StartServerAsync(engine, folder))
        {
            using var worker =
                new TemporalWorker(before.Client, new TemporalWorkerOptions(queue).AddWorkflow<Sleeps>());
            await worker.ExecuteAsync(async () =>
            {
                var handle = await before.Client.StartWorkflowAsync((Sleeps wf) => wf.RunAsync(), new(id, queue));
                await Scenario.EventuallyAsync(
                    async () => (await handle.DescribeAsync()).HistoryLength >= 5, "the timer is set");
            });
        }

        await using var after = await StartServerAsync(engine, folder);
        using var second = new TemporalWorker(after.Client, new TemporalWorkerOptions(queue).AddWorkflow<Sleeps>());
        await second.ExecuteAsync(
            async () => (await after.Client.GetWorkflowHandle(id).GetResultAsync<string>()).ShouldBe("awake"));
    }

    private static Task<WorkflowEnvironment> StartServerAsync(
        string engine, TempDirectory folder) => WorkflowEnvironment.StartLocalAsync(new()
        {
            Runtime = Engines.Runtime,
            DevServerOptions = new()
            {
                ExistingPath = Engines.Program(engine),
                DatabaseFilename = folder.Combine("server.db"),
                StartupTimeout = TimeSpan.FromMinutes(1),
                ExtraArgs = ["--log-level", "never"],
            },
        });

    /// <summary>A timer that outlives the server.</summary>
    [Workflow]
    public sealed class Sleeps
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(TimeSpan.FromSeconds(3));
            return "awake";
        }
    }
}
