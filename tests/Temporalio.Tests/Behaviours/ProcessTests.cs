using System.Diagnostics;
using System.Globalization;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workers that die: what is running goes on elsewhere.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ProcessTests(Engines engines)
{
    private static readonly string Program = Path.Combine(
        Repository.Root, ".pipeline", "build", "bin", "Benchmarks.Temporal", "release", "Benchmarks.Temporal.dll");

    [Theory, EachEngine]
    public async Task Worker_KilledInsideAnActivity_AnotherResumesFromTheHeartbeat(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handle = await scenario.Client.StartWorkflowAsync("countsTo", [60], scenario.NewWorkflow());
        using (var first = await StartAsync(scenario))
        {
            await Scenario.EventuallyAsync(async () => (await handle.DescribeAsync()).RawDescription.PendingActivities
                .Any(activity => activity.HeartbeatDetails?.Payloads_.Single().Data.ToStringUtf8() is { } step
                    && int.Parse(step, CultureInfo.InvariantCulture) > 5), "it counts");
            first.Kill();
        }

        using var second = await StartAsync(scenario);
        (await handle.GetResultAsync<int>()).ShouldBeGreaterThan(5);
        var events = (await handle.FetchHistoryAsync()).Events;
        events.Single(entry => entry.EventType
            == EventType.ActivityTaskStarted).ActivityTaskStartedEventAttributes.Attempt.ShouldBeGreaterThan(1);
        second.Kill();
    }

    [Theory, EachEngine]
    public async Task Worker_KilledWithWorkflowsInItsCache_AnotherTakesThemOver(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        WorkflowHandle handle;
        using (var first = await StartAsync(scenario))
        {
            handle = await scenario.Client.StartWorkflowAsync("countsTo", [4], scenario.NewWorkflow());
            await Scenario.EventuallyAsync(
                async () => (await handle.DescribeAsync()).HistoryLength >= 5, "the first task is done");
            first.Kill();
        }

        using var second = await StartAsync(scenario);
        (await handle.GetResultAsync<int>()).ShouldBeGreaterThanOrEqualTo(0);
        second.Kill();
    }

    // It is the worker's memory: one server is enough.
    [Theory, InlineData("embedded")]
    public async Task Worker_AThousandIdleWorkflowsCached_StaysBelow200Megabytes(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        using var worker = await StartAsync(scenario);
        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50)
                .Select(_ => scenario.Client.StartWorkflowAsync("idle", [], scenario.NewWorkflow())));
        }

        while (await worker.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line
            && line != "tasks 1000")
        {
            line.ShouldStartWith("tasks ");
        }

        worker.Refresh();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"1,000 idle workflows on the {engine} server: {worker.WorkingSet64 / 1e6:0} MB in the worker's process");
        worker.WorkingSet64.ShouldBeLessThanOrEqualTo(200_000_000);
        worker.Kill();
    }

    private static async Task<Process> StartAsync(Scenario scenario)
    {
        var process = Process.Start(
            new ProcessStartInfo(
                "dotnet", [Program, "worker", scenario.Client.Connection.Options.TargetHost!, scenario.Queue])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }) ?? throw new InvalidOperationException("the worker did not start");
        (await process.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        return process;
    }
}
