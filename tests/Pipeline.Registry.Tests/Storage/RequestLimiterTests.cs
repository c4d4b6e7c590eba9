using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

public sealed class RequestLimiterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refused_BurstOfRequestsInFlight_HalvesOnce()
    {
        var limiter = new RequestLimiter(32, TimeProvider.System);
        var burst = await EnterAsync(limiter, 16);
        foreach (var slot in burst)
        {
            limiter.Refused(slot);
            slot.Dispose();
        }

        (limiter.Limit, limiter.InFlight).ShouldBe((8, 0));
    }

    [Fact]
    public async Task Refused_RequestsAfterTheHalving_HalveAgainDownToOne()
    {
        var limiter = new RequestLimiter(32, TimeProvider.System);
        var limits = new List<int>();
        for (var burst = 0; burst < 7; burst++)
        {
            var slots = await EnterAsync(limiter, limiter.Limit);
            slots.ForEach(limiter.Refused);
            slots.ForEach(slot => slot.Dispose());
            limits.Add(limiter.Limit);
        }

        limits.ShouldBe([16, 8, 4, 2, 1, 1, 1]);
    }

    [Fact]
    public async Task Succeeded_AsOftenAsTheBound_GrowsByOneUpToTheMost()
    {
        var limiter = new RequestLimiter(8, TimeProvider.System);
        limiter.Refused((await EnterAsync(limiter, 8))[0]);
        var limits = Enumerable.Range(0, 40).Select(_ =>
        {
            limiter.Succeeded();
            return limiter.Limit;
        }).ToList();
        limits[..4].ShouldBe([4, 4, 4, 5]);
        limits.IndexOf(6).ShouldBe(4 + 5 - 1);
        limits.IndexOf(8).ShouldBe(4 + 5 + 6 + 7 - 1);
        limits[^1].ShouldBe(8);
    }

    [Fact]
    public async Task EnterAsync_AllSlotsTaken_WaitsInOrder()
    {
        var limiter = new RequestLimiter(2, TimeProvider.System);
        var held = await EnterAsync(limiter, 2);
        var waiting = Enumerable.Range(0, 3).Select(_ => limiter.EnterAsync(Stop).AsTask()).ToList();
        waiting.ShouldAllBe(task => !task.IsCompleted);
        held[1].Dispose();
        held[1].Dispose();
        await waiting[0];
        (waiting[1].IsCompleted, waiting[2].IsCompleted, limiter.InFlight).ShouldBe((false, false, 2));
        held[0].Dispose();
        (await waiting[1]).Dispose();
        (await waiting[2]).Dispose();
        limiter.InFlight.ShouldBe(1);
    }

    [Fact]
    public async Task EnterAsync_Abandoned_LeavesNoSlotBehind()
    {
        var limiter = new RequestLimiter(1, TimeProvider.System);
        var held = await limiter.EnterAsync(Stop);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var abandoned = limiter.EnterAsync(giveUp.Token).AsTask();
        var patient = limiter.EnterAsync(Stop).AsTask();
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => abandoned);
        held.Dispose();
        (await patient).Dispose();
        limiter.InFlight.ShouldBe(0);
        await Should.ThrowAsync<OperationCanceledException>(() => limiter.EnterAsync(giveUp.Token).AsTask());
        limiter.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task EnterAsync_BodyThatNobodyReads_GivesItsSlotToWhoWaits()
    {
        var clock = new TickingClock();
        var limiter = new RequestLimiter(2, clock);
        var held = await EnterAsync(limiter, 2);
        held[0].Rest();
        clock.HasTimer.ShouldBeFalse();
        var waiting = limiter.EnterAsync(Stop).AsTask();
        clock.Tick();
        held[0].Read();
        held[0].Rest();
        clock.Tick();
        waiting.IsCompleted.ShouldBeFalse(); // it was read meanwhile, and the other one is under way
        clock.Tick();
        (await waiting).Dispose();
        clock.HasTimer.ShouldBeFalse();
        held.ForEach(slot => slot.Dispose());
        limiter.InFlight.ShouldBe(0);
    }

    private static async Task<List<RequestSlot>> EnterAsync(RequestLimiter limiter, int count)
    {
        var slots = new List<RequestSlot>();
        while (slots.Count < count)
        {
            slots.Add(await limiter.EnterAsync(Stop));
        }

        return slots;
    }

    private sealed class TickingClock : TimeProvider
    {
        private TimerCallback? _callback;

        public bool HasTimer => _callback is not null;

        public void Tick() => _callback?.Invoke(null);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return new Timer(this);
        }

        private sealed class Timer(TickingClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => clock._callback = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
