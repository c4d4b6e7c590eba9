namespace Pipeline.EmbeddedTemporal.Matching;

// Events per second over the last half minute, in one-second buckets.
internal sealed class RateMeter
{
    private const int Seconds = 30;
    private readonly long[] _counts = new long[Seconds];
    private readonly long[] _stamps = new long[Seconds];

    public float Rate
    {
        get
        {
            var now = Now();
            var sum = 0L;
            for (var i = 0; i < Seconds; i++) sum += now - _stamps[i] < Seconds ? _counts[i] : 0;
            return sum / (float)Seconds;
        }
    }

    public void Add()
    {
        var now = Now();
        var slot = now % Seconds;
        if (_stamps[slot] != now) (_stamps[slot], _counts[slot]) = (now, 0);
        _counts[slot]++;
    }

    private static long Now() => Environment.TickCount64 / 1000;
}
