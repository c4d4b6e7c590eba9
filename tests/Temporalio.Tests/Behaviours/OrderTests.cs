using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>What happens in one workflow task happens in the documented order, live and on every replay.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class OrderTests(Engines engines)
{
    [Theory, EachEngine]
    public async Task Task_SignalsUpdatesTimersAndActivities_RunInOrderAlsoOnReplay(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handle = await scenario.Client.StartWorkflowAsync((Ordered wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.SayAsync("one"));
        await handle.SignalAsync(wf => wf.SayAsync("two"));
        Action<TemporalWorkerOptions> forgetful = options =>
        {
            options.AddWorkflow<Ordered>().AddAllActivities(typeof(SampleActivities), null);
            options.MaxCachedWorkflows = 0;
        };
        await scenario.RunAsync(forgetful, async () =>
        {
            var log = await handle.GetResultAsync();
            // Signals that were there before the first task come before the main method.
            log.Split(", ")[..3].ShouldBe(["signal one", "signal two", "main"]);
            log.Split(", ")[3..].ShouldBe(["echo", "timer", "end"], ignoreOrder: true);
            log.ShouldEndWith("end");
            (await handle.QueryAsync(wf => wf.Log)).ShouldBe(log);
        });
        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Ordered>())
            .ReplayWorkflowAsync(await handle.FetchHistoryAsync());
    }

    [Theory, EachEngine]
    public Task Commands_CancelledInTheTaskThatMadeThem_LeaveNoEvent(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Fickle>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Fickle wf) => wf.RunAsync(), scenario.NewWorkflow());
        (await handle.GetResultAsync()).ShouldBe("CanceledFailureException CanceledFailureException");
        (await handle.FetchHistoryAsync()).Events.Select(entry => entry.EventType).ShouldBe(
        [
            EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted,
            EventType.WorkflowTaskCompleted,
            EventType.WorkflowExecutionCompleted,
        ]);
    });

    [Theory, EachEngine]
    public Task Activity_CancelledBeforeAnyWorkerHasIt_IsCancelledAtOnce(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Impatient>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Impatient wf) => wf.RunAsync(), scenario.NewWorkflow());
        (await handle.GetResultAsync()).ShouldBe("cancelled");
        (await handle.FetchHistoryAsync()).Events.ShouldContain(
            entry => entry.EventType == EventType.ActivityTaskCanceled);
    });

    /// <summary>Notes what happens.</summary>
    [Workflow]
    public sealed class Ordered
    {
        private readonly List<string> _log = [];

        [WorkflowQuery]
        public string Log => string.Join(", ", _log);

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            _log.Add("main");
            await Workflow.WhenAllAsync(TimerAsync(), EchoAsync());
            _log.Add("end");
            return Log;
        }

        [WorkflowSignal]
        public Task SayAsync(string what)
        {
            _log.Add("signal " + what);
            return Task.CompletedTask;
        }

        private async Task TimerAsync()
        {
            await Workflow.DelayAsync(10);
            _log.Add("timer");
        }

        private async Task EchoAsync() =>
            _log.Add(
                await Workflow.ExecuteActivityAsync<string>(
                    "echo", ["echo"], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) }));
    }

    /// <summary>Starts a timer and an activity and takes both back in the same task.</summary>
    [Workflow]
    public sealed class Fickle
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            using var cancel = new CancellationTokenSource();
            var timer = Workflow.DelayAsync(TimeSpan.FromHours(1), cancel.Token);
            var activity = Workflow.ExecuteActivityAsync<string>(
                "none", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10), CancellationToken = cancel.Token });
            cancel.Cancel();
            return $"{await KindAsync(timer)} {await KindAsync(activity)}";
        }

        private static async Task<string> KindAsync(Task task)
        {
            try
            {
                await task;
                return "none";
            }
            catch (Exception failure) when (TemporalException.IsCanceledException(failure))
            {
                return nameof(CanceledFailureException);
            }
        }
    }

    /// <summary>
    /// Cancels an activity in the task after the one that scheduled it, on a queue that nobody polls.
    /// </summary>
    [Workflow]
    public sealed class Impatient
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            using var cancel = new CancellationTokenSource();
            var activity = Workflow.ExecuteActivityAsync<string>("none", [], new()
            {
                StartToCloseTimeout = TimeSpan.FromMinutes(1),
                TaskQueue = "nobody-" + Workflow.Info.WorkflowId,
                CancellationToken = cancel.Token,
                CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            });
            await Workflow.DelayAsync(10);
            cancel.Cancel();
            try
            {
                return await activity;
            }
            catch (ActivityFailureException failure) when (TemporalException.IsCanceledException(failure))
            {
                return "cancelled";
            }
        }
    }
}
