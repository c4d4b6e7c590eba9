using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Samples;

/// <summary>Workflows that people and programs talk to.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class MessageSampleTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Approval_OrReminder_OrTimeout(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Approval>(), async scenario =>
    {
        var patient = await scenario.Client.StartWorkflowAsync(
            (Approval wf) => wf.RunAsync(TimeSpan.FromMinutes(1)), scenario.NewWorkflow());
        await patient.SignalAsync(wf => wf.DecideAsync("approved by Ada"));
        (await patient.GetResultAsync()).ShouldBe("approved by Ada");
        (await scenario.Client.ExecuteWorkflowAsync(
            (Approval wf) => wf.RunAsync(TimeSpan.FromMilliseconds(50)), scenario.NewWorkflow()))
            .ShouldBe("nobody answered");
    });

    [Theory, EachEngine]
    public Task Entity_Cart_ContinuesAsNewWithItsState(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Cart>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Cart wf) => wf.RunAsync(null), scenario.NewWorkflow());
        for (var i = 1; i <= 5; i++)
        {
            (await scenario.Client.GetWorkflowHandle<Cart>(handle.Id).ExecuteUpdateAsync(wf => wf.AddAsync(i)))
                .ShouldBe(i);
        }

        await scenario.Client.GetWorkflowHandle<Cart>(handle.Id).SignalAsync(wf => wf.CheckOutAsync());
        (await handle.GetResultAsync()).ShouldBe(15);
        (await scenario.Client.GetWorkflowHandle(handle.Id).DescribeAsync()).RunId.ShouldNotBe(handle.ResultRunId);
    });

    [Theory, EachEngine]
    public Task EarlyReturn_UpdateWithStart_AnswersBeforeTheEnd(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Transaction>(), async scenario =>
    {
        var start = WithStartWorkflowOperation.Create(
            (Transaction wf) => wf.RunAsync(), new($"wf-{Guid.NewGuid()}", scenario.Queue)
            {
                IdConflictPolicy = WorkflowIdConflictPolicy.Fail,
            });
        (await scenario.Client.ExecuteUpdateWithStartWorkflowAsync((Transaction wf) => wf.ConfirmAsync(), new(start)))
            .ShouldBe("confirmed");
        var handle = await start.GetHandleAsync();
        await handle.SignalAsync(wf => wf.SettleAsync());
        (await handle.GetResultAsync()).ShouldBe("settled");
    });

    [Theory, EachEngine]
    public Task Initialised_ByItsConstructor_BeforeAnyMessage(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Initialised>(), async scenario =>
    {
        var options = scenario.NewWorkflow();
        options.SignalWithStart((Initialised wf) => wf.AppendAsync("!"));
        (await scenario.Client.ExecuteWorkflowAsync((Initialised wf) => wf.RunAsync("text"), options))
            .ShouldBe("text!");
    });

    [Theory, EachEngine]
    public Task Aggregator_SignalWithStart_GathersABatch(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Gathers>(), async scenario =>
    {
        var id = $"batch-{Guid.NewGuid()}";
        WorkflowHandle<Gathers, int>? handle = null;
        for (var i = 1; i <= 4; i++)
        {
            var options = scenario.NewWorkflow(id);
            options.SignalWithStart((Gathers wf) => wf.PutAsync(i));
            handle = await scenario.Client.StartWorkflowAsync((Gathers wf) => wf.RunAsync(4), options);
        }

        (await handle!.GetResultAsync()).ShouldBe(10);
    });

    [Theory, EachEngine]
    public Task Lock_OfASharedResource_IsGrantedInTurn(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Lock>().AddWorkflow<Holder>(), async scenario =>
    {
        var resource = await scenario.Client.StartWorkflowAsync((Lock wf) => wf.RunAsync(), scenario.NewWorkflow());
        var holders = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            scenario.Client.StartWorkflowAsync((Holder wf) => wf.RunAsync(resource.Id), scenario.NewWorkflow())));
        await Task.WhenAll(holders.Select(holder => holder.GetResultAsync()));
        (await resource.QueryAsync(wf => wf.Granted)).Order().ShouldBe(holders.Select(holder => holder.Id).Order());
        await resource.TerminateAsync();
    });

    [Workflow]
    public sealed class Approval
    {
        private string? _decision;

        [WorkflowRun]
        public async Task<string> RunAsync(TimeSpan patience) =>
            await Workflow.WaitConditionAsync(() => _decision is not null, patience) ? _decision! : "nobody answered";

        [WorkflowSignal]
        public Task DecideAsync(string decision)
        {
            _decision = decision;
            return Task.CompletedTask;
        }
    }

    public sealed record CartState(List<int> Items, bool CheckedOut);

    [Workflow]
    [method: WorkflowInit]
    public sealed class Cart(CartState? state)
    {
        private CartState _state = state ?? new([], false);

        [WorkflowRun]
        public async Task<int> RunAsync(CartState? state)
        {
            // Two changes a run are enough to see it go on as new; an application asks Workflow.ContinueAsNewSuggested.
            var end = _state.Items.Count + 2;
            await Workflow.WaitConditionAsync(() => _state.CheckedOut || _state.Items.Count >= end);
            await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
            return _state.CheckedOut
                ? _state.Items.Sum() : throw Workflow.CreateContinueAsNewException((Cart wf) => wf.RunAsync(_state));
        }

        [WorkflowUpdate]
        public Task<int> AddAsync(int item)
        {
            _state.Items.Add(item);
            return Task.FromResult(_state.Items.Count);
        }

        [WorkflowSignal]
        public Task CheckOutAsync()
        {
            _state = _state with { CheckedOut = true };
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public sealed class Transaction
    {
        private bool _settled;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _settled);
            return "settled";
        }

        [WorkflowUpdate]
        public async Task<string> ConfirmAsync()
        {
            await Workflow.DelayAsync(5);
            return "confirmed";
        }

        [WorkflowSignal]
        public Task SettleAsync()
        {
            _settled = true;
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public sealed class Initialised
    {
        private string _text;

        [WorkflowInit]
        public Initialised(string text) => _text = text;

        [WorkflowRun]
        public Task<string> RunAsync(string text) => Task.FromResult(_text);

        [WorkflowSignal]
        public Task AppendAsync(string more)
        {
            _text += more;
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public sealed class Gathers
    {
        private readonly List<int> _items = [];

        [WorkflowRun]
        public async Task<int> RunAsync(int batch)
        {
            await Workflow.WaitConditionAsync(() => _items.Count >= batch);
            return _items.Sum();
        }

        [WorkflowSignal]
        public Task PutAsync(int item)
        {
            _items.Add(item);
            return Task.CompletedTask;
        }
    }

    /// <summary>Grants a resource to one workflow after the other.</summary>
    [Workflow]
    public sealed class Lock
    {
        private readonly List<string> _granted = [];
        private readonly Queue<string> _waiting = [];
        private string? _holder;

        [WorkflowQuery]
        public IReadOnlyList<string> Granted => _granted;

        [WorkflowRun]
        public async Task RunAsync()
        {
            while (true)
            {
                await Workflow.WaitConditionAsync(() => _holder is null && _waiting.Count > 0);
                _holder = _waiting.Dequeue();
                _granted.Add(_holder);
                await Workflow.GetExternalWorkflowHandle<Holder>(_holder).SignalAsync(wf => wf.GrantAsync());
            }
        }

        [WorkflowSignal]
        public Task AskAsync(string id)
        {
            _waiting.Enqueue(id);
            return Task.CompletedTask;
        }

        [WorkflowSignal]
        public Task ReleaseAsync()
        {
            _holder = null;
            return Task.CompletedTask;
        }
    }

    /// <summary>Asks for the resource, holds it a moment, gives it back.</summary>
    [Workflow]
    public sealed class Holder
    {
        private bool _granted;

        [WorkflowRun]
        public async Task RunAsync(string resource)
        {
            var handle = Workflow.GetExternalWorkflowHandle<Lock>(resource);
            await handle.SignalAsync(wf => wf.AskAsync(Workflow.Info.WorkflowId));
            await Workflow.WaitConditionAsync(() => _granted);
            await Workflow.DelayAsync(5);
            await handle.SignalAsync(wf => wf.ReleaseAsync());
        }

        [WorkflowSignal]
        public Task GrantAsync()
        {
            _granted = true;
            return Task.CompletedTask;
        }
    }
}
