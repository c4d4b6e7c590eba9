namespace Pipeline.EmbeddedTemporal.Core;

// Fires due timers. It sleeps until the next one is due or an earlier one is added.
internal sealed class TimerLoop(Engine engine, ILogger logger) : IDisposable
{
    private const int BatchSize = 200;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "engine timers" };
        _thread.Start();
    }

    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        _thread?.Join(TimeSpan.FromSeconds(5));
        _wake.Dispose();
        _stop.Dispose();
    }

    private void Loop()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var sleep = FireDue();
                if (sleep > TimeSpan.Zero) _wake.WaitOne(sleep);
            }
            catch (Exception error)
            {
                logger.LogError(error, "A timer failed");
            }
        }
    }

    private TimeSpan FireDue()
    {
        lock (engine.Gate)
        {
            for (var i = 0; i < BatchSize; i++)
            {
                if (!engine.Timers.TryTakeDue(engine.Clock.UtcNow, out var entry, out var due)) break;
                engine.ExecuteUnderGate(tx => Fire(tx, entry, due));
            }

            engine.TimeSkipper.Skip();
            if (engine.Timers.NextDue is not { } next) return LongestSleep;
            var wait = next - engine.Clock.UtcNow;
            // Round up: waking a fraction of a millisecond early would only spin.
            return wait <= TimeSpan.Zero ? TimeSpan.Zero : Times.Min(wait + TimeSpan.FromMilliseconds(1), LongestSleep);
        }
    }

    private void Fire(Tx tx, TimerEntry entry, DateTime due)
    {
        switch (entry.Kind)
        {
            case TimerKind.Callback:
                entry.Callback?.Invoke(tx);
                break;
            default:
                engine.Runs.FindOpen(entry.Owner)?.OnTimer(tx, entry, due);
                break;
        }
    }
}
