using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workers that come and go: every workflow is replayed and none is lost.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class RestartTests(Engines engines)
{
    [Theory, EachEngine]
    public async Task Restarts_EveryTwentyMilliseconds_LoseNothing(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handles = await StartAsync(scenario, 100, 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var results = Task.WhenAll(handles.Select(handle => handle.GetResultAsync(rpcOptions: new() { CancellationToken = limit.Token })));
        var (random, lives) = (new Random(7), 0);
        for (; !results.IsCompleted; lives++)
        {
            using var life = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(40)));
            using var worker = new TemporalWorker(scenario.Client, scenario.Options(options => options.AddWorkflow<Steps>().AddAllActivities(typeof(SampleActivities), null)));
            await Should.ThrowAsync<OperationCanceledException>(() => worker.ExecuteAsync(life.Token));
        }

        (await results).ShouldAllBe(result => result == "s0");
        TestContext.Current.TestOutputHelper?.WriteLine($"{handles.Count} workflows over {lives} workers on the {engine} server");
        lives.ShouldBeGreaterThan(5);
        var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Steps>());
        foreach (var handle in handles.Take(10))
        {
            await replayer.ReplayWorkflowAsync(await handle.FetchHistoryAsync());
        }
    }

    internal static async Task<List<WorkflowHandle<Steps, string>>> StartAsync(Scenario scenario, int count, int steps) =>
        [.. await Task.WhenAll(Enumerable.Range(0, count).Select(_ =>
        {
            // A task that was given to a worker at its end comes back after this time.
            var options = scenario.NewWorkflow();
            options.TaskTimeout = TimeSpan.FromSeconds(1);
            return scenario.Client.StartWorkflowAsync((Steps wf) => wf.RunAsync(steps), options);
        }))];

    /// <summary>Activities and timers in turn.</summary>
    [Workflow]
    public sealed class Steps
    {
        [WorkflowRun]
        public async Task<string> RunAsync(int steps)
        {
            var done = new List<string>();
            for (var i = 0; i < steps; i++)
            {
                done.Add(await Workflow.ExecuteActivityAsync<string>("echo", [$"s{i}"], new() { StartToCloseTimeout = TimeSpan.FromSeconds(2), RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(20) } }));
                await Workflow.DelayAsync(10);
            }

            return string.Join(' ', done);
        }
    }
}
