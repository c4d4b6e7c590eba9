using System.Collections.Concurrent;
using System.Threading.Channels;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Worker.Tuning;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>How many tasks a worker takes: fixed, by resources, and by code of one's own.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class SlotTests(Engines engines)
{
    [Theory, EachEngine]
    public Task MaxConcurrentActivities_One_NeverRunsTwoAtOnce(string engine) =>
        MostAtOnceAsync(engine, options => options.MaxConcurrentActivities = 1, most => most.ShouldBe(1));

    [Theory, EachEngine]
    public Task FixedSize_Two_RunsTwoAtOnce(string engine) =>
        MostAtOnceAsync(
            engine, options => options.Tuner = WorkerTuner.CreateFixedSize(10, 2, 10, 10), most => most.ShouldBe(2));

    [Theory, EachEngine]
    public Task ResourceBased_MaximumSlots_AreNotExceeded(string engine) => MostAtOnceAsync(
        engine,
        options => options.Tuner = WorkerTuner.CreateResourceBased(
            0.99, 1.0, null, new() { MinimumSlots = 1, MaximumSlots = 3, RampThrottle = TimeSpan.Zero }, null),
        most => most.ShouldBeInRange(1, 3));

    [Theory, EachEngine]
    public async Task Custom_EverySlot_IsReservedUsedAndReleased(string engine)
    {
        var slots = new CountingSlots(2);
        var others = new FixedSizeSlotSupplier(10);
        await MostAtOnceAsync(engine, options => options.Tuner = new WorkerTuner(others, slots, others, others),
            most => most.ShouldBeLessThanOrEqualTo(2));
        slots.Used.ShouldBe(Enumerable.Repeat("counted", 8));
        slots.Released.ShouldBeGreaterThanOrEqualTo(8);
        slots.Types.Keys.ShouldBe([SlotType.Activity]);
    }

    [Theory, EachEngine]
    public Task Autoscaling_Pollers_DoTheWork(string engine) => MostAtOnceAsync(
        engine,
        options =>
        {
            options.WorkflowTaskPollerBehavior = new PollerBehavior.Autoscaling(1, 10, 2);
            options.ActivityTaskPollerBehavior = new PollerBehavior.Autoscaling(1, 10, 2);
        },
        most => most.ShouldBeGreaterThan(0));

    [Theory, EachEngine]
    public Task MaxActivitiesPerSecond_OfTheWorker_SlowsItDown(string engine) => engines.RunAsync(
        engine, options =>
        {
            options.AddWorkflow<Fans>()
            .AddActivity(Counter(new int[2])); options.MaxActivitiesPerSecond = 4;
            options.DisableEagerActivityExecution = true;
        },
        async scenario =>
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            await scenario.Client.ExecuteWorkflowAsync((Fans wf) => wf.RunAsync(8), scenario.NewWorkflow());
            watch.Elapsed.TotalSeconds.ShouldBeGreaterThan(0.9);
        });

    private static Func<Task> Counter(int[] insideAndMost)
    {
        [Activity("counted")]
        async Task CountedAsync()
        {
            var now = Interlocked.Increment(ref insideAndMost[0]);
            lock (insideAndMost)
            {
                insideAndMost[1] = Math.Max(insideAndMost[1], now);
            }

            await Task.Delay(150);
            Interlocked.Decrement(ref insideAndMost[0]);
        }

        return CountedAsync;
    }

    private Task MostAtOnceAsync(string engine, Action<TemporalWorkerOptions> change, Action<int> check)
    {
        var insideAndMost = new int[2];
        return engines.RunAsync(
            engine, options => { options.AddWorkflow<Fans>().AddActivity(Counter(insideAndMost)); change(options); },
            async scenario =>
        {
            await scenario.Client.ExecuteWorkflowAsync((Fans wf) => wf.RunAsync(8), scenario.NewWorkflow());
            check(insideAndMost[1]);
        });
    }

    /// <summary>Runs activities at once.</summary>
    [Workflow]
    public sealed class Fans
    {
        [WorkflowRun]
        public Task RunAsync(int count) => Workflow.WhenAllAsync(Enumerable.Range(0, count).Select(_ =>
            Workflow.ExecuteActivityAsync("counted", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(20) })));
    }

    /// <summary>A supplier that counts and hands out numbered permits.</summary>
    private sealed class CountingSlots : CustomSlotSupplier
    {
        private readonly Channel<int> _free = Channel.CreateUnbounded<int>();
        private int _released;

        public CountingSlots(int count)
        {
            for (var i = 0; i < count; i++)
            {
                _free.Writer.TryWrite(i);
            }
        }

        public ConcurrentQueue<string> Used { get; } = new();

        public ConcurrentDictionary<SlotType, bool> Types { get; } = new();

        public int Released => _released;

        public override async Task<SlotPermit> ReserveSlotAsync(
            SlotReserveContext ctx, CancellationToken cancellationToken)
        {
            Types[ctx.SlotType] = true;
            return new(await _free.Reader.ReadAsync(cancellationToken));
        }

        public override SlotPermit? TryReserveSlot(SlotReserveContext ctx)
        {
            Types[ctx.SlotType] = true;
            return _free.Reader.TryRead(out var permit) ? new(permit) : null;
        }

        public override void MarkSlotUsed(SlotMarkUsedContext ctx) =>
            Used.Enqueue(((SlotInfo.ActivitySlotInfo)ctx.SlotInfo).ActivityType);

        public override void ReleaseSlot(SlotReleaseContext ctx)
        {
            Interlocked.Increment(ref _released);
            _free.Writer.TryWrite((int)ctx.Permit.UserData!);
        }
    }
}
