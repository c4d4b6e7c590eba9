using System.Diagnostics;
using Temporalio.Client;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>The time-skipping environment of the official package on the embedded server.</summary>
[Trait("Tier", "workflow")]
public sealed class TimeSkippingTests
{
    [Fact]
    public async Task Environment_DaysOfWaiting_TakeMoments()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(
            new()
            {
                Runtime = Engines.Runtime,
                TestServer =
                new() { ExistingPath = Engines.Program("embedded"), StartupTimeout = TimeSpan.FromMinutes(1) }
            });
        environment.SupportsTimeSkipping.ShouldBeTrue();
        var queue = $"tq-{Guid.NewGuid()}";
        using var worker = new TemporalWorker(
            environment.Client, new TemporalWorkerOptions(queue).AddWorkflow<Patient>()
                .AddAllActivities(typeof(SampleActivities), null));
        await worker.ExecuteAsync(async () =>
        {
            WorkflowOptions NewWorkflow() => new($"wf-{Guid.NewGuid()}", queue);
            var watch = Stopwatch.StartNew();
            (await environment.Client.ExecuteWorkflowAsync((Patient wf) => wf.RunAsync("timer"), NewWorkflow()))
                .ShouldBe("30 days");
            (await environment.Client.ExecuteWorkflowAsync((Patient wf) => wf.RunAsync("backoff"), NewWorkflow()))
                .ShouldBe("3");
            (await environment.Client.ExecuteWorkflowAsync((Patient wf) => wf.RunAsync("condition"), NewWorkflow()))
                .ShouldBe("timed out");
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await environment.WithAutoTimeSkippingDisabledAsync(async () =>
            {
                var real = Stopwatch.StartNew();
                await environment.Client.ExecuteWorkflowAsync((Patient wf) => wf.RunAsync("second"), NewWorkflow());
                real.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
            });
        });
    }

    /// <summary>Waits in the named way.</summary>
    [Workflow]
    public sealed class Patient
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string how)
        {
            var begin = Workflow.UtcNow;
            switch (how)
            {
                case "timer":
                    await Workflow.DelayAsync(TimeSpan.FromDays(30));
                    return $"{(Workflow.UtcNow - begin).TotalDays:0} days";
                case "backoff":
                    return await Workflow.ExecuteActivityAsync<string>(
                        "failTwice", [], new()
                        {
                            StartToCloseTimeout = TimeSpan.FromHours(1),
                            RetryPolicy = new()
                            {
                                InitialInterval = TimeSpan.FromHours(5),
                            },
                        });
                case "condition":
                    return await Workflow.WaitConditionAsync(() => false, TimeSpan.FromDays(2)) ? "met" : "timed out";
                default:
                    await Workflow.DelayAsync(TimeSpan.FromSeconds(1));
                    return "";
            }
        }
    }
}
