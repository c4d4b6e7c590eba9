using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>
/// What the server writes and when: pages, waiting readers, buffering, transient tasks, idempotency, reset.
/// </summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class HistoryTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Fetch_SmallPages_GiveEveryEventOnce(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        await handle.GetResultAsync<string>();
        var (events, pages, token) = (new List<HistoryEvent>(), 0, Google.Protobuf.ByteString.Empty);
        do
        {
            var page = await scenario.Client.WorkflowService.GetWorkflowExecutionHistoryAsync(
                Request(handle, request => (request.MaximumPageSize, request.NextPageToken) = (2, token)));
            events.AddRange(page.History.Events);
            (pages, token) = (pages + 1, page.NextPageToken);
        }
        while (!token.IsEmpty);
        events.Select(entry => entry.EventId).ShouldBe(Enumerable.Range(1, events.Count).Select(id => (long)id));
        events[^1].EventType.ShouldBe(EventType.WorkflowExecutionCompleted);
        pages.ShouldBeGreaterThan(1);
    });

    [Theory, EachEngine]
    public Task Fetch_Reverse_StartsAtTheEnd(string engine) => RunAsync(engine, async (scenario, handle) =>
    {
        await handle.GetResultAsync<string>();
        var reply = await scenario.Client.WorkflowService.GetWorkflowExecutionHistoryReverseAsync(
            new() { Namespace = "default", Execution = Execution(handle), MaximumPageSize = 3 });
        reply.History.Events[0].EventType.ShouldBe(EventType.WorkflowExecutionCompleted);
        reply.History.Events.Select(entry => entry.EventId).ShouldBeInOrder(SortDirection.Descending);
    });

    [Theory, EachEngine]
    public Task Fetch_CloseEventOnly_IsOneEvent(string engine) => RunAsync(engine, async (_, handle) =>
    {
        await handle.GetResultAsync<string>();
        var events = new List<HistoryEvent>();
        await foreach (var entry in handle.FetchHistoryEventsAsync(
            new() { EventFilterType = HistoryEventFilterType.CloseEvent }))
        {
            events.Add(entry);
        }

        events.Single().EventType.ShouldBe(EventType.WorkflowExecutionCompleted);
    });

    [Theory, EachEngine]
    public async Task Fetch_WaitingForNewEvents_SeesThemUntilTheEnd(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handle =
            await scenario.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), scenario.NewWorkflow());
        var seen = Task.Run(async () =>
        {
            var types = new List<EventType>();
            await foreach (var entry in handle.FetchHistoryEventsAsync(new() { WaitNewEvent = true }))
            {
                types.Add(entry.EventType);
            }

            return types;
        });
        await handle.SignalAsync(wf => wf.AddAsync(1));
        await scenario.RunAsync(
            options => options.AddWorkflow<Conversation>(),
            () => handle.SignalAsync(wf => wf.EndNowAsync())
                .ContinueWith(_ => handle.GetResultAsync(), TaskScheduler.Default).Unwrap());
        var all = await seen.WaitAsync(TimeSpan.FromSeconds(20));
        all.Count(type => type == EventType.WorkflowExecutionSignaled).ShouldBe(2);
        all[^1].ShouldBe(EventType.WorkflowExecutionCompleted);
    }

    [Theory, EachEngine]
    public async Task Start_SameRequestIdTwice_IsOneRun(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = $"wf-{Guid.NewGuid()}",
            WorkflowType = new() { Name = "X" },
            TaskQueue = new() { Name = scenario.Queue },
            RequestId = $"{Guid.NewGuid()}",
        };
        var first = await scenario.Client.WorkflowService.StartWorkflowExecutionAsync(request);
        (await scenario.Client.WorkflowService.StartWorkflowExecutionAsync(request)).RunId.ShouldBe(first.RunId);
        await scenario.Client.GetWorkflowHandle(request.WorkflowId).TerminateAsync();
    }

    [Theory, EachEngine]
    public async Task Signal_SameRequestIdTwice_IsOneEvent(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var handle = await scenario.Client.StartWorkflowAsync("X", [], scenario.NewWorkflow());
        var request = new SignalWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowExecution = Execution(handle),
            SignalName = "once",
            RequestId = $"{Guid.NewGuid()}",
        };
        await scenario.Client.WorkflowService.SignalWorkflowExecutionAsync(request);
        await scenario.Client.WorkflowService.SignalWorkflowExecutionAsync(request);
        (await handle.FetchHistoryAsync()).Events.Count(entry => entry.EventType == EventType.WorkflowExecutionSignaled)
            .ShouldBe(1);
        await handle.TerminateAsync();
    }

    [Theory, EachEngine]
    public Task Signal_DuringATask_IsWrittenAfterItsCompletion(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<SlowTask>(), async scenario =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((SlowTask wf) => wf.RunAsync(true), scenario.NewWorkflow());
        await SlowTask.StartedAsync(handle.Id);
        await handle.SignalAsync(wf => wf.SeeAsync("buffered"));
        (await handle.GetResultAsync()).ShouldBe("buffered");
        var types = (await handle.FetchHistoryAsync()).Events.Select(entry => entry.EventType).ToList();
        types.IndexOf(EventType.WorkflowExecutionSignaled)
            .ShouldBeGreaterThan(types.IndexOf(EventType.WorkflowTaskCompleted));
        types[types.IndexOf(EventType.WorkflowExecutionSignaled) - 1].ShouldBe(EventType.TimerStarted);
    });

    [Theory, EachEngine]
    public Task Signal_WhileCompleting_KeepsTheWorkflowOpen(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<SlowTask>(), async scenario =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((SlowTask wf) => wf.RunAsync(false), scenario.NewWorkflow());
        await SlowTask.StartedAsync(handle.Id);
        await handle.SignalAsync(wf => wf.SeeAsync("not lost"));
        (await handle.GetResultAsync()).ShouldBe("not lost");
        (await handle.FetchHistoryAsync()).Events.Single(entry => entry.EventType == EventType.WorkflowTaskFailed)
            .WorkflowTaskFailedEventAttributes.Cause.ShouldBe(WorkflowTaskFailedCause.UnhandledCommand);
    });

    [Theory, EachEngine]
    public Task FailingTask_RetriedOften_IsWrittenOnce(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<FailsThrice>(), async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.TaskTimeout = TimeSpan.FromSeconds(1);
        var handle = await scenario.Client.StartWorkflowAsync((FailsThrice wf) => wf.RunAsync(), options);
        (await handle.GetResultAsync()).ShouldBe(4);
        (await handle.FetchHistoryAsync()).Events.Count(entry => entry.EventType == EventType.WorkflowTaskFailed)
            .ShouldBe(1);
    });

    [Theory, EachEngine]
    public async Task Reset_ToTheFirstTask_ReappliesSignalsAndReseedsRandomness(string engine)
    {
        await engines.RunAsync(engine, options => options.AddWorkflow<Rolls>(), async scenario =>
        {
            var handle = await scenario.Client.StartWorkflowAsync((Rolls wf) => wf.RunAsync(), scenario.NewWorkflow());
            var before = 0;
            await Scenario.EventuallyAsync(
                async () => (before = await handle.QueryAsync(wf => wf.Rolled)) != 0, "the number is drawn");
            await handle.SignalAsync(wf => wf.TellAsync("kept"));
            await Scenario.EventuallyAsync(
                async () => await handle.QueryAsync(wf => wf.Told) == "kept", "the signal is seen");
            var reply = await scenario.Client.WorkflowService.ResetWorkflowExecutionAsync(new()
            {
                Namespace = "default",
                WorkflowExecution = Execution(handle),
                WorkflowTaskFinishEventId = 4,
                RequestId = $"{Guid.NewGuid()}",
                Reason = "a test",
            });
            var again = scenario.Client.GetWorkflowHandle<Rolls, string>(handle.Id, reply.RunId);
            await Scenario.EventuallyAsync(
                async () => await again.QueryAsync(wf => wf.Told) == "kept", "the signal is applied again");
            var after = 0;
            await Scenario.EventuallyAsync(
                async () => (after = await again.QueryAsync(wf => wf.Rolled)) != 0, "a number is drawn again");
            after.ShouldNotBe(before);
            (await scenario.Client.GetWorkflowHandle(handle.Id, handle.ResultRunId).DescribeAsync()).Status.ShouldBe(
                WorkflowExecutionStatus.Terminated);
            await again.TerminateAsync();
        });
    }

    private static GetWorkflowExecutionHistoryRequest Request(
        WorkflowHandle handle, Action<GetWorkflowExecutionHistoryRequest> change)
    {
        var request = new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = Execution(handle) };
        change(request);
        return request;
    }

    private static Temporalio.Api.Common.V1.WorkflowExecution Execution(WorkflowHandle handle) => new()
    {
        WorkflowId = handle.Id,
        RunId = handle.ResultRunId,
    };

    private Task RunAsync(string engine, Func<Scenario, WorkflowHandle, Task> body) =>
        engines.RunAsync(engine, options => options.AddWorkflow<StartTests.Echo>(), async scenario =>
            await body(
                scenario,
                await scenario.Client.StartWorkflowAsync(
                    (StartTests.Echo wf) => wf.RunAsync("x"), scenario.NewWorkflow())));

    /// <summary>Draws a number before its first wait.</summary>
    [Workflow]
    public sealed class Rolls
    {
        [WorkflowQuery]
        public int Rolled { get; private set; }

        [WorkflowQuery]
        public string Told { get; private set; } = "";

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(1);
            Rolled = Workflow.Random.Next();
            await Workflow.WaitConditionAsync(() => false);
            return "";
        }

        [WorkflowSignal]
        public Task TellAsync(string what)
        {
            Told = what;
            return Task.CompletedTask;
        }
    }

    /// <summary>A bug that goes away at the fourth attempt of the same task.</summary>
    [Workflow]
    public sealed class FailsThrice
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> Attempts =
            new(StringComparer.Ordinal);

        [WorkflowRun]
        public Task<int> RunAsync()
        {
            var attempt = Attempts.AddOrUpdate(Workflow.Info.WorkflowId, 1, (_, count) => count + 1);
            return attempt > 3 ? Task.FromResult(attempt) : throw new InvalidOperationException("a bug");
        }
    }
}
