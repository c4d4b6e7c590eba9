using Pipeline.Activities.Running;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Pipeline.Activities.Tests;

/// <summary>Heartbeats of work that hangs end, though a timer sends them.</summary>
[Collection(nameof(OneEngine))]
[Trait("Tier", "e2e")]
public sealed class StallGuardTests(OneEngine engine)
{
    [Fact]
    public async Task Stuck_Activity_TimesOutAndTheNextAttemptSeesHowFarItCame()
    {
        var (abandoned, work) = (new TaskCompletionSource<string>(), new Work());
        var guard = new StallGuard(abandoned.SetResult)
        {
            Patience = TimeSpan.FromSeconds(2),
            Grace = TimeSpan.FromSeconds(1),
        };
        var options = new TemporalWorkerOptions("stuck")
        {
            Interceptors = [guard],
            MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(0.5),
        };
        using var worker = new TemporalWorker(engine.Client, options.AddAllActivities(work).AddWorkflow<OneActivity>());
        await worker.ExecuteAsync(async () =>
        {
            var found = await engine.Client.ExecuteWorkflowAsync(
                (OneActivity wf) => wf.RunAsync(), new("stuck", "stuck")
                {
                    ExecutionTimeout = TimeSpan.FromMinutes(1),
                });
            found.ShouldBe("attempt 2 after 3 of 7: reading shard 3");
            (await abandoned.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("Hang");
            work.Release.SetResult();
        });
    }

    /// <summary>Calls the activity as the product would.</summary>
    [Workflow]
    public sealed class OneActivity
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteActivityAsync(
            (Work work) => work.HangAsync(), new()
            {
                StartToCloseTimeout = TimeSpan.FromMinutes(1),
                HeartbeatTimeout = TimeSpan.FromSeconds(3),
            });
    }

    /// <summary>
    /// Works on for longer than the patience lasts, then hangs in its first attempt; the second one tells what it
    /// finds.
    /// </summary>
    public sealed class Work
    {
        public TaskCompletionSource Release { get; } = new();

        [Activity]
        public async Task<string> HangAsync()
        {
            var info = ActivityExecutionContext.Current.Info;
            if (info.HeartbeatDetails.Count > 0)
            {
                var last = await info.HeartbeatDetailAtAsync<ActivityProgress>(0);
                return $"attempt {info.Attempt} after {last.Done} of {last.Total}: {last.Text}";
            }

            using var pulse = new ActivityPulse();
            for (var shard = 1; shard <= 3; shard++)
            {
                pulse.Report(new ActivityProgress("load", shard, 7, $"reading shard {shard}"));
                await Task.Delay(TimeSpan.FromSeconds(1.2));
            }

            await Release.Task;
            return "released";
        }
    }
}
