using System.Globalization;
using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// One field of a calendar: its name in messages, its range, and the words that stand for numbers.
internal sealed record CalendarField(string Name, int Minimum, int Maximum, string[] Words)
{
    public static readonly CalendarField Second = new("Second", 0, 59, []);
    public static readonly CalendarField Minute = new("Minute", 0, 59, []);
    public static readonly CalendarField Hour = new("Hour", 0, 23, []);
    public static readonly CalendarField DayOfMonth = new("DayOfMonth", 1, 31, []);
    public static readonly CalendarField Month =
        new("Month", 1, 12, ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
    public static readonly CalendarField DayOfWeek =
        new("DayOfWeek", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);
    public static readonly CalendarField Year = new("Year", 2000, 2100, []);

    // The largest value of "*": Sunday is both 0 and 7, but counts once.
    public int Last => this == DayOfWeek ? 6 : Maximum;

    // Comma-separated values, ranges and steps. An empty list means every value, which only a year writes so.
    public IEnumerable<Temporalio.Api.Schedule.V1.Range> Parse(string text)
    {
        if (text is "*" or "?" && this == Year) yield break;
        foreach (var part in text.Split(','))
        {
            var halves = part.Split('/', 2);
            var step = halves.Length == 2 ? Number(halves[1], positive: true) : 1;
            var ends = halves[0].Split('-', 2);
            if (halves[0] is "*" or "?") yield return Range(Minimum, Last, step);
            else if (ends.Length == 2) yield return Range(Value(ends[0]), Value(ends[1]), step);
            else yield return Range(Value(halves[0]), halves.Length == 2 ? Last : Value(halves[0]), step);
        }
    }

    // Checks ranges that came as they are, and completes what may be left out.
    public IEnumerable<Temporalio.Api.Schedule.V1.Range> Check(IEnumerable<Temporalio.Api.Schedule.V1.Range> ranges) =>
        ranges.Select(r =>
            Range(r.Start, r.End == 0 && r.Start > 0 ? r.Start : Math.Max(r.Start, r.End), r.Step == 0 ? 1 : r.Step));

    public bool[] Compile(IReadOnlyCollection<Temporalio.Api.Schedule.V1.Range> ranges)
    {
        var set = new bool[Maximum + 1];
        if (ranges.Count == 0) Array.Fill(set, true);
        foreach (var range in ranges)
        {
            for (var value = range.Start; value <= range.End; value += range.Step) set[value] = true;
        }

        if (this == DayOfWeek && set[7]) set[0] = true;
        return set;
    }

    private Temporalio.Api.Schedule.V1.Range Range(int start, int end, int step)
    {
        if (start < Minimum || start > Maximum || end > Maximum)
            throw new FormatException($"{Name} is not in range [{Minimum}-{Maximum}]");
        if (end < start) throw new FormatException($"{Name} has End before Start");
        if (step <= 0) throw new FormatException($"{Name} has invalid Step");
        return new Temporalio.Api.Schedule.V1.Range { Start = start, End = end, Step = step };
    }

    private int Value(string text)
    {
        var word = Array.FindIndex(Words, w => w.Length > 0 && text.StartsWith(w, StringComparison.OrdinalIgnoreCase));
        return word >= 0 ? word : Number(text, positive: false);
    }

    private int Number(string text, bool positive) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && (!positive || value > 0)
            ? value
            : throw new FormatException($"{Name} is not in range [{Minimum}-{Maximum}]");
}
