using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// A cron line: a calendar or an interval, an optional time zone and an optional comment.
internal sealed record CronText(StructuredCalendarSpec? Calendar, IntervalSpec? Interval, string TimeZone)
{
    // Fields: [second] minute hour day-of-month month day-of-week [year]; five, six (with year) or seven of them; or
    // @every, @daily and the like.
    public static CronText Parse(string text)
    {
        var zone = "";
        var comment = "";
        if (text.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash)
            (text, comment) = (text[..hash], text[(hash + 1)..].Trim());
        text = text.Trim();
        if (text.StartsWith("CRON_TZ=", StringComparison.Ordinal) || text.StartsWith("TZ=", StringComparison.Ordinal))
        {
            var parts = text.Split((char[])[' ', '\t'], 2);
            zone = parts[0][(parts[0].IndexOf('=', StringComparison.Ordinal) + 1)..];
            text = parts.Length == 2 ? parts[1].Trim() : "";
        }

        if (text.StartsWith("@every ", StringComparison.Ordinal))
            return new CronText(null, Every(text[7..].Trim()), zone);
        var fields = Expand(text).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is < 5 or > 7) throw new FormatException("CronString does not have 5-7 fields");
        var first = fields.Length == 7 ? 1 : 0;
        var calendar = new StructuredCalendarSpec
        {
            Second = { CalendarField.Second.Parse(first == 1 ? fields[0] : "0") },
            Minute = { CalendarField.Minute.Parse(fields[first]) },
            Hour = { CalendarField.Hour.Parse(fields[first + 1]) },
            DayOfMonth = { CalendarField.DayOfMonth.Parse(fields[first + 2]) },
            Month = { CalendarField.Month.Parse(fields[first + 3]) },
            DayOfWeek = { CalendarField.DayOfWeek.Parse(fields[first + 4]) },
            Comment = comment,
        };
        if (fields.Length > 5) calendar.Year.Add(CalendarField.Year.Parse(fields[^1]));
        return new CronText(calendar, null, zone);
    }

    private static IntervalSpec Every(string text)
    {
        var parts = text.Split('/', 2);
        var interval = Duration(parts[0]);
        if (interval < TimeSpan.FromSeconds(1)) throw new FormatException("interval is too small");
        return new IntervalSpec
        {
            Interval = interval.Proto(),
            Phase = parts.Length == 2 ? Duration(parts[1]).Proto() : null,
        };
    }

    private static TimeSpan Duration(string text) => Visibility.GoDurations.Nanoseconds(text) is { } nanoseconds
        ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
        : throw new FormatException($"cannot parse duration {text}");

    private static string Expand(string text) => text switch
    {
        "@yearly" or "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" or "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => text,
    };
}
