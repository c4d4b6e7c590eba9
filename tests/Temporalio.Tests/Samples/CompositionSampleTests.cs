using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Samples;

/// <summary>Sagas, children, windows and queues: how applications usually put activities together.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class CompositionSampleTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Saga_CompensatesInReverse(string engine) => RunAsync<Transfer>(engine, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Transfer wf) => wf.RunAsync(), scenario.NewWorkflow());
        await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        (await handle.QueryAsync(wf => wf.Done)).ShouldBe(["withdraw", "deposit", "undo deposit", "undo withdraw"]);
    });

    [Theory, EachEngine]
    public Task FanOut_OverChildren_GathersTheResults(string engine) => RunAsync<FansOut>(engine, async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((FansOut wf) => wf.RunAsync(5), scenario.NewWorkflow())).ShouldBe(
            30), options => options.AddWorkflow<Squares>());

    [Theory, EachEngine]
    public Task SlidingWindow_NeverHasMoreInFlight(string engine) => RunAsync<Window>(engine, async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((Window wf) => wf.RunAsync(9, 3), scenario.NewWorkflow())).ShouldBe(
            3));

    [Theory, EachEngine]
    public Task PeriodicSequence_InAChildThatContinuesAsNew(string engine) =>
        RunAsync<Periodic>(engine, async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((Periodic wf) => wf.RunAsync(), scenario.NewWorkflow())).ShouldBe(
            "seen at 3"), options => options.AddWorkflow<Periodic.Sequence>());

    [Theory, EachEngine]
    public Task WorkerSpecificQueue_KeepsStepsOnOneMachine(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Files>().AddActivity(QueueOf(options)), async scenario =>
    {
        var own = new TemporalWorkerOptions($"{scenario.Queue}-own").AddAllActivities(new Files.Disk());
        using var machine = new TemporalWorker(scenario.Client, own);
        await machine.ExecuteAsync(async () =>
            (await scenario.Client.ExecuteWorkflowAsync((Files wf) => wf.RunAsync(), scenario.NewWorkflow()))
                .ShouldBe("downloaded processed"));
    });

    private static Func<string> QueueOf(TemporalWorkerOptions options)
    {
        [Activity("GetQueue")]
        string GetQueue() => $"{options.TaskQueue}-own";
        return GetQueue;
    }

    private Task RunAsync<T>(string engine, Func<Scenario, Task> body, Action<TemporalWorkerOptions>? more = null) =>
        engines.RunAsync(
            engine, options =>
            {
                options.AddWorkflow<T>()
                .AddAllActivities(typeof(Bank), null); more?.Invoke(options);
            }, body);

    public static class Bank
    {
        [Activity]
        public static void Move(string what)
        {
            if (what == "notify")
            {
                throw new ApplicationFailureException("nobody to notify", nonRetryable: true);
            }
        }

        [Activity]
        public static int Square(int number) => number * number;
    }

    [Workflow]
    public sealed class Transfer
    {
        private static readonly ActivityOptions Options = new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) };
        private readonly List<string> _done = [];

        [WorkflowQuery]
        public IReadOnlyList<string> Done => _done;

        [WorkflowRun]
        public async Task RunAsync()
        {
            var undo = new Stack<string>();
            try
            {
                foreach (var step in new[] { "withdraw", "deposit", "notify" })
                {
                    await MoveAsync(step);
                    undo.Push($"undo {step}");
                }
            }
            catch (ActivityFailureException)
            {
                while (undo.TryPop(out var step))
                {
                    await MoveAsync(step);
                }

                throw;
            }
        }

        private async Task MoveAsync(string step)
        {
            await Workflow.ExecuteActivityAsync(() => Bank.Move(step), Options);
            _done.Add(step);
        }
    }

    [Workflow]
    public sealed class Squares
    {
        [WorkflowRun]
        public Task<int> RunAsync(int number) =>
            Workflow.ExecuteActivityAsync(
                () => Bank.Square(number), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
    }

    [Workflow]
    public sealed class FansOut
    {
        [WorkflowRun]
        public async Task<int> RunAsync(int count)
        {
            var children = Enumerable.Range(0, count).Select(number =>
                Workflow.ExecuteChildWorkflowAsync(
                    (Squares wf) => wf.RunAsync(number), new() { Id = $"{Workflow.Info.WorkflowId}-{number}" }));
            return (await Workflow.WhenAllAsync(children)).Sum();
        }
    }

    [Workflow]
    public sealed class Window
    {
        [WorkflowRun]
        public async Task<int> RunAsync(int count, int size)
        {
            var (window, inside, most) = (new Temporalio.Workflows.Semaphore(size), 0, 0);
            await Workflow.WhenAllAsync(Enumerable.Range(0, count).Select(number => Workflow.RunTaskAsync(async () =>
            {
                await window.WaitAsync();
                most = Math.Max(most, ++inside);
                await Workflow.ExecuteActivityAsync(
                    () => Bank.Square(number), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
                inside--;
                window.Release();
            })));
            return most;
        }
    }

    [Workflow]
    public sealed class Periodic
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteChildWorkflowAsync((Sequence wf) => wf.RunAsync(1));

        [Workflow]
        public sealed class Sequence
        {
            [WorkflowRun]
            public async Task<string> RunAsync(int poll)
            {
                if (await Workflow.ExecuteActivityAsync(
                    () => Bank.Square(poll), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) }) >= 9)
                {
                    return $"seen at {poll}";
                }

                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(10));
                throw Workflow.CreateContinueAsNewException((Sequence wf) => wf.RunAsync(poll + 1));
            }
        }
    }

    [Workflow]
    public sealed class Files
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var queue = await Workflow.ExecuteActivityAsync<string>(
                "GetQueue", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
            var there = new ActivityOptions
            {
                TaskQueue = queue,
                StartToCloseTimeout = TimeSpan.FromSeconds(10),
                ScheduleToStartTimeout = TimeSpan.FromSeconds(30),
            };
            await Workflow.ExecuteActivityAsync((Disk disk) => disk.Download(), there);
            return await Workflow.ExecuteActivityAsync((Disk disk) => disk.Process(), there);
        }

        public sealed class Disk
        {
            private string _content = "";

            [Activity]
            public void Download() => _content = "downloaded";

            [Activity]
            public string Process() => $"{_content} processed";
        }
    }
}
