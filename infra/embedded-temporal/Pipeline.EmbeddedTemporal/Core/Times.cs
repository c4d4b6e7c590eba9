namespace Pipeline.EmbeddedTemporal.Core;

// Conversions between protobuf and .NET times.
internal static class Times
{
    public static TimeSpan Span(this Duration? duration)
    {
        if (duration is null) return TimeSpan.Zero;
        // Go durations saturate at about 292 years; so do ours.
        const long MaxSeconds = 292L * 365 * 24 * 3600;
        var seconds = Math.Clamp(duration.Seconds, -MaxSeconds, MaxSeconds);
        return TimeSpan.FromTicks((seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / TimeSpan.NanosecondsPerTick));
    }

    public static Duration Proto(this TimeSpan span) => Duration.FromTimeSpan(span);

    public static Timestamp Proto(this DateTime time) =>
        Timestamp.FromDateTime(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static long Micros(this DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTime FromMicros(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    // The sum, or the end of time where it would overflow.
    public static DateTime After(this DateTime time, TimeSpan span) =>
        span > DateTime.MaxValue - time ? DateTime.MaxValue : time + span;

    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
