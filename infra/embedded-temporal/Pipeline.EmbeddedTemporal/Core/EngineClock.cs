namespace Pipeline.EmbeddedTemporal.Core;

// The engine's time: the machine's clock plus whatever time skipping has added.
internal sealed class EngineClock
{
    private long _offsetTicks;

    public DateTime UtcNow => DateTime.UtcNow.AddTicks(Interlocked.Read(ref _offsetTicks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, Math.Max(0, by.Ticks));
}
