using Temporalio.Api.TestService.V1;

namespace Pipeline.EmbeddedTemporal.TimeSkipping;

// The service with which tests control the time.
internal sealed class TestHandlers(Engine engine)
{
    public void Bind(MethodTable.ServiceBinder service) => service
        .On<LockTimeSkippingRequest, LockTimeSkippingResponse>("LockTimeSkipping", _ =>
        {
            Change(1);
            return new LockTimeSkippingResponse();
        })
        .On<UnlockTimeSkippingRequest, UnlockTimeSkippingResponse>("UnlockTimeSkipping", _ =>
        {
            Change(-1);
            return new UnlockTimeSkippingResponse();
        })
        .On<SleepRequest, SleepResponse>("Sleep", async (r, context) =>
        {
            await SleepUntilAsync(Now().After(r.Duration.Span()), context);
            return new SleepResponse();
        })
        .On<SleepUntilRequest, SleepResponse>("SleepUntil", async (r, context) =>
        {
            await SleepUntilAsync(r.Timestamp.ToDateTime(), context);
            return new SleepResponse();
        })
        .On<SleepRequest, SleepResponse>("UnlockTimeSkippingWithSleep", async (r, context) =>
        {
            // The lock is back the moment the sleep is over, before the time can move again.
            var sleep = SleepUntilAsync(Now().After(r.Duration.Span()), context, () => engine.TimeSkipper.Locks++);
            Change(-1);
            await sleep;
            return new SleepResponse();
        })
        .On<Empty, GetCurrentTimeResponse>("GetCurrentTime", _ => new GetCurrentTimeResponse { Time = Now().Proto() });

    private DateTime Now() => engine.Read(() => engine.Clock.UtcNow);

    private void Change(int by)
    {
        engine.Read(() =>
        {
            if (!engine.TimeSkipper.IsEnabled) throw RpcError.Unimplemented("time skipping without --time-skipping");
            if (engine.TimeSkipper.Locks + by < 0) throw RpcError.Precondition("Time skipping is not locked.");
            return engine.TimeSkipper.Locks += by;
        });
        engine.WakeTimers();
    }

    private async Task SleepUntilAsync(DateTime until, CallContext context, Action? onOver = null)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Read(() =>
        {
            engine.AddTimer(until, new TimerEntry("", TimerKind.Callback, 0, 0, _ =>
            {
                onOver?.Invoke();
                over.TrySetResult();
            }));
            return 0;
        });
        await over.Task.WaitAsync(context.Aborted);
    }
}
