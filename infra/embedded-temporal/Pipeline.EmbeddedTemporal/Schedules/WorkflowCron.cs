namespace Pipeline.EmbeddedTemporal.Schedules;

// The cron schedule of a workflow: five fields or @every, in UTC unless it names a zone.
internal static class WorkflowCron
{
    public static bool IsValid(string text)
    {
        try
        {
            Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // The backoff of a first run, or null without a cron schedule.
    public static TimeSpan? BackoffOf(string text, DateTime now) =>
        text.Length == 0 ? null : Backoff(text, now, now) ?? TimeSpan.Zero;

    // How long the next run waits: the first due time after the previous one that is not past yet, in whole seconds.
    public static TimeSpan? Backoff(string text, DateTime scheduled, DateTime now)
    {
        var next = Parse(text);
        var time = next(scheduled);
        while (time is { } t && t < now) time = next(t);
        return time is { } due ? TimeSpan.FromSeconds(Math.Ceiling((due - now).TotalSeconds)) : null;
    }

    private static Func<DateTime, DateTime?> Parse(string text)
    {
        var cron = CronText.Parse(text);
        if (cron.Interval is { } interval)
        {
            var step = TimeSpan.FromSeconds(Math.Floor(interval.Interval.Span().TotalSeconds));
            return t => t.After(step).AddTicks(-(t.Ticks % TimeSpan.TicksPerSecond));
        }

        if (text.Trim().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Count(f => !f.Contains('=', StringComparison.Ordinal)) is not (1 or 5))
            throw new FormatException("a workflow's cron schedule has five fields");
        var matcher = new CalendarMatcher(cron.Calendar!, ScheduleZones.Find(cron.TimeZone), eitherDay: true);
        return matcher.Next;
    }
}
