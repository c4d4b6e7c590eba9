using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// Finds the times of one calendar, on the wall clock of its time zone. In cron a day matches when either restricted day
// field does.
internal sealed class CalendarMatcher
{
    private const int LastYear = 2100;
    private readonly bool[] _second;
    private readonly bool[] _minute;
    private readonly bool[] _hour;
    private readonly bool[] _dayOfMonth;
    private readonly bool[] _month;
    private readonly bool[] _dayOfWeek;
    private readonly bool[] _year;
    private readonly bool _eitherDay;
    private readonly TimeZoneInfo _zone;

    public CalendarMatcher(StructuredCalendarSpec spec, TimeZoneInfo zone, bool eitherDay = false)
    {
        _second = CalendarField.Second.Compile(spec.Second);
        _minute = CalendarField.Minute.Compile(spec.Minute);
        _hour = CalendarField.Hour.Compile(spec.Hour);
        _dayOfMonth = CalendarField.DayOfMonth.Compile(spec.DayOfMonth);
        _month = CalendarField.Month.Compile(spec.Month);
        _dayOfWeek = CalendarField.DayOfWeek.Compile(spec.DayOfWeek);
        _year = CalendarField.Year.Compile(spec.Year);
        _eitherDay = eitherDay && !_dayOfMonth[1..].All(d => d) && !_dayOfWeek[..7].All(d => d);
        _zone = zone;
    }

    public bool Matches(DateTime utc)
    {
        var t = TimeZoneInfo.ConvertTimeFromUtc(utc, _zone);
        return IsYear(t.Year) && _month[t.Month] && IsDay(t) && _hour[t.Hour] && _minute[t.Minute] && _second[t.Second];
    }

    // The first time after the given one, or null when there is none.
    public DateTime? Next(DateTime utc)
    {
        var start = TimeZoneInfo.ConvertTimeFromUtc(utc, _zone);
        var t = new DateTime(start.Year, start.Month, start.Day, start.Hour, start.Minute, start.Second).AddSeconds(1);
        while (t.Year <= LastYear)
        {
            if (!IsYear(t.Year)) t = new DateTime(t.Year + 1, 1, 1);
            else if (!_month[t.Month]) t = new DateTime(t.Year, t.Month, 1).AddMonths(1);
            else if (!IsDay(t)) t = t.Date.AddDays(1);
            else if (!_hour[t.Hour]) t = t.Date.AddHours(t.Hour + 1);
            else if (!_minute[t.Minute]) t = t.Date.AddHours(t.Hour).AddMinutes(t.Minute + 1);
            else if (!_second[t.Second]) t = t.AddSeconds(1);
            else if (_zone.IsInvalidTime(t)) t = t.AddMinutes(1);
            else if (ToUtc(t) is var found && found > utc) return found;
            else t = t.AddSeconds(1);
        }

        return null;
    }

    // An hour that the clock passes twice counts once, the first time.
    private DateTime ToUtc(DateTime local) => DateTime.SpecifyKind(
        _zone.IsAmbiguousTime(local) ? local - _zone.GetAmbiguousTimeOffsets(local).Max() : local
            - _zone.GetUtcOffset(local), DateTimeKind.Utc);

    private bool IsYear(int year) => year < _year.Length && year >= CalendarField.Year.Minimum && _year[year];

    private bool IsDay(DateTime t) => _eitherDay
        ? _dayOfMonth[t.Day] || _dayOfWeek[(int)t.DayOfWeek]
        : _dayOfMonth[t.Day] && _dayOfWeek[(int)t.DayOfWeek];
}
