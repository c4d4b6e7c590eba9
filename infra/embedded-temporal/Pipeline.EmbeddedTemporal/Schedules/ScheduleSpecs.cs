using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// Compiles the ways to write a schedule down to structured calendars and intervals, and checks them.
internal static class ScheduleSpecs
{
    public static ScheduleSpec Compile(ScheduleSpec? spec)
    {
        var compiled = spec?.Clone() ?? new ScheduleSpec();
        try
        {
            foreach (var text in compiled.CronString) AddCron(compiled, CronText.Parse(text));
            compiled.StructuredCalendar.Add(compiled.Calendar.Select(Of));
            compiled.ExcludeStructuredCalendar.Add(compiled.ExcludeCalendar.Select(Of));
            compiled.CronString.Clear();
            compiled.Calendar.Clear();
            compiled.ExcludeCalendar.Clear();
            foreach (var calendar in compiled.StructuredCalendar.Concat(compiled.ExcludeStructuredCalendar))
                Complete(calendar);
            foreach (var interval in compiled.Interval) Check(interval);
            ScheduleZones.Find(compiled.TimezoneName);
            return compiled;
        }
        catch (FormatException error)
        {
            throw RpcError.Invalid("Invalid schedule spec: " + error.Message);
        }
    }

    private static void AddCron(ScheduleSpec spec, CronText cron)
    {
        if (cron.TimeZone.Length > 0)
        {
            if (spec.TimezoneName.Length > 0 && spec.TimezoneName != cron.TimeZone)
                throw new FormatException("conflicting timezone");
            spec.TimezoneName = cron.TimeZone;
        }

        if (cron.Calendar is { } calendar) spec.StructuredCalendar.Add(calendar);
        if (cron.Interval is { } interval) spec.Interval.Add(interval);
    }

    private static StructuredCalendarSpec Of(CalendarSpec c) => new()
    {
        Second = { CalendarField.Second.Parse(Or(c.Second, "0")) },
        Minute = { CalendarField.Minute.Parse(Or(c.Minute, "0")) },
        Hour = { CalendarField.Hour.Parse(Or(c.Hour, "0")) },
        DayOfMonth = { CalendarField.DayOfMonth.Parse(Or(c.DayOfMonth, "*")) },
        Month = { CalendarField.Month.Parse(Or(c.Month, "*")) },
        DayOfWeek = { CalendarField.DayOfWeek.Parse(Or(c.DayOfWeek, "*")) },
        Year = { CalendarField.Year.Parse(Or(c.Year, "*")) },
        Comment = c.Comment,
    };

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    // What is left out: seconds, minutes and hours are zero, days, months and years are any.
    private static void Complete(StructuredCalendarSpec c)
    {
        Fill(c.Second, CalendarField.Second, "0");
        Fill(c.Minute, CalendarField.Minute, "0");
        Fill(c.Hour, CalendarField.Hour, "0");
        Fill(c.DayOfMonth, CalendarField.DayOfMonth, "*");
        Fill(c.Month, CalendarField.Month, "*");
        Fill(c.DayOfWeek, CalendarField.DayOfWeek, "*");
        Fill(c.Year, CalendarField.Year, "*");
    }

    private static void Fill(
        RepeatedField<Temporalio.Api.Schedule.V1.Range> ranges, CalendarField field, string otherwise)
    {
        var filled = (ranges.Count == 0 ? field.Parse(otherwise) : field.Check(ranges)).ToList();
        ranges.Clear();
        ranges.Add(filled);
    }

    private static void Check(IntervalSpec interval)
    {
        if (interval.Interval.Span() < TimeSpan.FromSeconds(1)) throw new FormatException("interval is too small");
        if (interval.Phase.Span() < TimeSpan.Zero) throw new FormatException("phase is negative");
        if (interval.Phase.Span() >= interval.Interval.Span())
            throw new FormatException("phase cannot be greater than Interval");
    }
}
