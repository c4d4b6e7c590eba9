using System.Globalization;

namespace Pipeline.EmbeddedTemporal.Visibility;

// Durations as filters write them: "1h30m", "00:01:30" or nanoseconds.
internal static class GoDurations
{
    public static long? Nanoseconds(string text)
    {
        if (long.TryParse(text, CultureInfo.InvariantCulture, out var plain)) return plain;
        if (text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var clock))
            return clock.Ticks * TimeSpan.NanosecondsPerTick;
        double total = 0;
        var i = 0;
        while (i < text.Length)
        {
            var start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
            if (!double.TryParse(text.AsSpan(start, i - start), CultureInfo.InvariantCulture, out var amount))
                return null;
            start = i;
            while (i < text.Length && char.IsLetter(text[i])) i++;
            double? unit = text[start..i] switch
            {
                "h" => 3.6e12,
                "m" => 6e10,
                "s" => 1e9,
                "ms" => 1e6,
                "us" or "µs" =>
                1e3,
                "ns" => 1,
                _ => null
            };
            if (unit is null) return null;
            total += amount * unit.Value;
        }

        return text.Length == 0 ? null : (long)total;
    }
}
