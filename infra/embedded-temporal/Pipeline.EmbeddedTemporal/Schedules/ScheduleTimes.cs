using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// The times of a compiled schedule: nominal ones from calendars and intervals, and what jitter makes of them.
internal sealed class ScheduleTimes
{
    private readonly ScheduleSpec _spec;
    private readonly string _id;
    private readonly List<CalendarMatcher> _calendars;
    private readonly List<CalendarMatcher> _excluded;

    public ScheduleTimes(ScheduleSpec spec, string id)
    {
        _spec = spec;
        _id = id;
        var zone = ScheduleZones.Find(spec.TimezoneName);
        _calendars = [.. spec.StructuredCalendar.Select(c => new CalendarMatcher(c, zone))];
        _excluded = [.. spec.ExcludeStructuredCalendar.Select(c => new CalendarMatcher(c, zone))];
    }

    // The first time after the given one: when it is due by the clock, and when its action starts.
    public (DateTime Nominal, DateTime Actual)? Next(DateTime after)
    {
        if (NextNominal(after) is not { } nominal) return null;
        var jitter = _spec.Jitter.Span();
        if (jitter <= TimeSpan.Zero) return (nominal, nominal);
        // Never beyond the time that follows.
        if (NextNominal(nominal) is { } following) jitter = Times.Min(jitter, following - nominal);
        return (nominal,
            nominal.After(TimeSpan.FromMilliseconds(Math.Floor(jitter.TotalMilliseconds * Fraction(nominal)))));
    }

    public IEnumerable<(DateTime Nominal, DateTime Actual)> Between(DateTime after, DateTime until)
    {
        for (var next = Next(after); next is { } t && t.Actual <= until; next = Next(t.Nominal)) yield return t;
    }

    private DateTime? NextNominal(DateTime after)
    {
        if (_spec.StartTime is { } start && after < start.ToDateTime()) after = start.ToDateTime().AddSeconds(-1);
        while (true)
        {
            DateTime? first = null;
            foreach (var time in _calendars.Select(c => c.Next(after))
                .Concat(_spec.Interval.Select(i => (DateTime?)Next(i, after))))
            {
                if (time < (first ?? DateTime.MaxValue)) first = time;
            }

            if (first is not { } found || (_spec.EndTime is { } end && found > end.ToDateTime())) return null;
            if (!_excluded.Exists(e => e.Matches(found))) return found;
            after = found;
        }
    }

    private static DateTime Next(IntervalSpec spec, DateTime after)
    {
        var interval = Math.Max(1, spec.Interval.Seconds);
        var phase = spec.Phase?.Seconds ?? 0;
        var seconds = (long)Math.Floor((after - DateTime.UnixEpoch).TotalSeconds);
        var periods = (long)Math.Floor((seconds - phase) / (double)interval) + 1;
        return DateTime.UnixEpoch.AddSeconds((periods * interval) + phase);
    }

    // The same time of the same schedule always has the same delay.
    private double Fraction(DateTime nominal)
    {
        var hash = SHA256.HashData(
            Encoding.UTF8.GetBytes(nominal.ToString("O", System.Globalization.CultureInfo.InvariantCulture) + _id));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
    }
}
