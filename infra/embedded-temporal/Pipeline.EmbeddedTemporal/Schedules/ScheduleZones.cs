namespace Pipeline.EmbeddedTemporal.Schedules;

// Time zones by their IANA names; no name is UTC.
internal static class ScheduleZones
{
    public static TimeZoneInfo Find(string name)
    {
        if (name is "" or "UTC") return TimeZoneInfo.Utc;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone : throw new FormatException($"unknown time zone {name}");
    }
}
