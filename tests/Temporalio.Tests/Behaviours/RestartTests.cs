using System.Diagnostics;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workers that come and go: every workflow is replayed and none is lost.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class RestartTests(Engines engines)
{
    private const int Lives = 100;

    [Theory, EachEngine]
    public async Task Restarts_EveryTwentyMilliseconds_LoseNothing(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handles = await StartAsync(scenario, 100, 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var results = Task.WhenAll(
            handles.Select(handle => handle.GetResultAsync(rpcOptions: new() { CancellationToken = limit.Token })));
        var (random, lives, watch) = (new Random(7), 0, Stopwatch.StartNew());
        for (; !results.IsCompleted && lives < Lives && watch.Elapsed < TimeSpan.FromSeconds(20); lives++)
        {
            using var life = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(40)));
            using var worker = NewWorker(scenario);
            await Should.ThrowAsync<OperationCanceledException>(() => worker.ExecuteAsync(life.Token));
        }

        // A server that hands tasks out every 50 ms never finishes with workers that live 20: the last one stays.
        using var last = NewWorker(scenario);
        await last.ExecuteAsync(async () => (await results).ShouldAllBe(result => result == "s0"));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{handles.Count} workflows over {lives} workers on the {engine} server");
        lives.ShouldBeGreaterThan(5);
        var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Steps>());
        foreach (var handle in handles.Take(10))
        {
            await replayer.ReplayWorkflowAsync(await handle.FetchHistoryAsync());
        }
    }

    private static TemporalWorker NewWorker(Scenario scenario) =>
        new(scenario.Client,
            scenario.Options(options => options.AddWorkflow<Steps>().AddAllActivities(typeof(SampleActivities), null)));

    internal static async Task<List<WorkflowHandle<Steps, string>>> StartAsync(
        Scenario scenario, int count, int steps) =>
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
                done.Add(
                    await Workflow.ExecuteActivityAsync<string>(
                        "echo", [$"s{i}"],
                        new()
                        {
                            StartToCloseTimeout = TimeSpan.FromSeconds(2),
                            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(20) }
                        }));
                await Workflow.DelayAsync(10);
            }

            return string.Join(' ', done);
        }
    }
}
