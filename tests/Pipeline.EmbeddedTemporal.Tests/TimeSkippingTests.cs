using System.Diagnostics;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Weeks pass in moments for tests that start the server through the official SDK.</summary>
[Trait("Tier", "workflow")]
public sealed class TimeSkippingTests
{
    [Fact]
    public async Task StartTimeSkipping_WeeksOfTimers_TakeMoments()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(
            new() { TestServer = new() { ExistingPath = Engines.Embedded } });
        var queue = $"tq-{Guid.NewGuid()}";
        using var worker =
            new TemporalWorker(environment.Client, new TemporalWorkerOptions(queue).AddWorkflow<PatientWorkflow>());
        await worker.ExecuteAsync(async () =>
        {
            var before = await environment.GetCurrentTimeAsync();
            var watch = Stopwatch.StartNew();
            var handle = await environment.Client.StartWorkflowAsync(
                (PatientWorkflow wf) => wf.RunAsync(6), new($"wf-{Guid.NewGuid()}", queue));
            (await handle.GetResultAsync()).ShouldBe(6);
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
            (await environment.GetCurrentTimeAsync() - before).TotalDays.ShouldBeInRange(42, 43);
        });
    }

    [Fact]
    public async Task StartTimeSkipping_NobodyWaits_TimeStandsStill()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(
            new() { TestServer = new() { ExistingPath = Engines.Embedded } });
        var queue = $"tq-{Guid.NewGuid()}";
        using var worker =
            new TemporalWorker(environment.Client, new TemporalWorkerOptions(queue).AddWorkflow<PatientWorkflow>());
        await worker.ExecuteAsync(async () =>
        {
            var handle = await environment.Client.StartWorkflowAsync(
                (PatientWorkflow wf) => wf.RunAsync(1), new($"wf-{Guid.NewGuid()}", queue));
            (await handle.QueryAsync(wf => wf.Weeks)).ShouldBe(0);
            await environment.DelayAsync(TimeSpan.FromDays(6));
            (await handle.QueryAsync(wf => wf.Weeks)).ShouldBe(0);
            await environment.DelayAsync(TimeSpan.FromDays(2));
            (await handle.QueryAsync(wf => wf.Weeks)).ShouldBe(1);
        });
    }

    [Fact]
    public async Task StartTimeSkipping_RunTimeout_IsReachedBeforeALongerTimer()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(
            new() { TestServer = new() { ExistingPath = Engines.Embedded } });
        var queue = $"tq-{Guid.NewGuid()}";
        using var worker =
            new TemporalWorker(environment.Client, new TemporalWorkerOptions(queue).AddWorkflow<PatientWorkflow>());
        await worker.ExecuteAsync(async () =>
        {
            var error = await Should.ThrowAsync<WorkflowFailedException>(() => environment.Client.ExecuteWorkflowAsync(
                (PatientWorkflow wf) => wf.RunAsync(3),
                new($"wf-{Guid.NewGuid()}", queue) { RunTimeout = TimeSpan.FromDays(10) }));
            error.InnerException.ShouldBeOfType<TimeoutFailureException>();
        });
    }

    [Fact]
    public async Task StartTimeSkipping_ActivityThatNobodyPolls_LetsTimePassByItself()
    {
        // The official test server locks the time when an activity is scheduled, not when it is started: its time-outs
        // are real then.
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(
            new() { TestServer = new() { ExistingPath = Engines.Embedded } });
        var queue = $"tq-{Guid.NewGuid()}";
        using var worker =
            new TemporalWorker(environment.Client, new TemporalWorkerOptions(queue).AddWorkflow<LonelyWorkflow>());
        await worker.ExecuteAsync(async () =>
        {
            var watch = Stopwatch.StartNew();
            var before = await environment.GetCurrentTimeAsync();
            (await environment.Client.ExecuteWorkflowAsync(
                (LonelyWorkflow wf) => wf.RunAsync(), new($"wf-{Guid.NewGuid()}", queue))).ShouldBe("nobody came");
            watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
            (await environment.GetCurrentTimeAsync() - before).TotalHours.ShouldBeLessThan(1);
        });
    }

    [Workflow]
    public sealed class LonelyWorkflow
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var later = Workflow.DelayAsync(TimeSpan.FromDays(1));
            var activity = Workflow.ExecuteActivityAsync("None", [], new()
            {
                TaskQueue = "nobody",
                ScheduleToStartTimeout = TimeSpan.FromSeconds(2),
                StartToCloseTimeout = TimeSpan.FromSeconds(5),
            });
            try
            {
                await await Workflow.WhenAnyAsync(later, activity);
                return "the day passed";
            }
            catch (ActivityFailureException error) when (error.InnerException is TimeoutFailureException)
            {
                return "nobody came";
            }
        }
    }

    [Workflow]
    public sealed class PatientWorkflow
    {
        [WorkflowQuery]
        public int Weeks { get; private set; }

        [WorkflowRun]
        public async Task<int> RunAsync(int weeks)
        {
            while (Weeks < weeks)
            {
                await Workflow.DelayAsync(TimeSpan.FromDays(7));
                Weeks++;
            }

            return Weeks;
        }
    }
}
