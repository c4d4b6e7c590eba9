using System.Globalization;
using System.Text;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Python's <c>strftime</c> in the C locale.</summary>
internal static class DateFormat
{
    public static string Apply(DateTimeOffset now, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var flag = format[++i] is '-' or '_' or '0' && i + 1 < format.Length ? format[i++] : ' ';
            var part = Part(now, format[i]);
            if (flag == '-' && part.Length > 1 && char.IsAsciiDigit(part[^1]))
                part = part.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : "0";
            if (flag == '_' && part.StartsWith('0') && part.Length > 1) part = " " + part[1..];
            text.Append(part);
        }

        return text.ToString();
    }

    private static string Part(DateTimeOffset now, char code)
    {
        string Net(string format) => now.ToString(format, CultureInfo.InvariantCulture);
        return code switch
        {
            'a' => Net("ddd"),
            'A' => Net("dddd"),
            'b' or 'h' => Net("MMM"),
            'B' => Net("MMMM"),
            'c' => $"{Net("ddd MMM")} {now.Day,2} {Net("HH:mm:ss yyyy")}",
            'C' => (now.Year / 100).ToString("00"),
            'd' => Net("dd"),
            'D' or 'x' => Net("MM'/'dd'/'yy"),
            'e' => $"{now.Day,2}",
            'f' => Net("ffffff"),
            'F' => Net("yyyy-MM-dd"),
            'G' => ISOWeek.GetYear(now.DateTime).ToString("0000"),
            'g' => (ISOWeek.GetYear(now.DateTime) % 100).ToString("00"),
            'H' => Net("HH"),
            'I' => Net("hh"),
            'j' => now.DayOfYear.ToString("000"),
            'k' => $"{now.Hour,2}",
            'l' => $"{((now.Hour + 11) % 12) + 1,2}",
            'm' => Net("MM"),
            'M' => Net("mm"),
            'n' => "\n",
            'p' => now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            'r' => Net("hh:mm:ss ") + (now.Hour < 12 ? "AM" : "PM"),
            'R' => Net("HH:mm"),
            's' => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Net("ss"),
            't' => "\t",
            'T' or 'X' => Net("HH:mm:ss"),
            'u' => (((int)now.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
            'U' => ((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7).ToString("00"),
            'V' => ISOWeek.GetWeekOfYear(now.DateTime).ToString("00"),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'W' => ((now.DayOfYear + 6 - (((int)now.DayOfWeek + 6) % 7)) / 7).ToString("00"),
            'y' => Net("yy"),
            'Y' => now.Year.ToString(CultureInfo.InvariantCulture),
            'z' or 'Z' => string.Empty,
            '%' => "%",
            _ => "%" + code,
        };
    }
}
