using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Numbers of identity papers and dates of birth. Expressions run on short windows only, which bounds their cost.
/// </summary>
internal static partial class IdentityRules
{
    public static (int, int) UsSsn(ReadOnlySpan<byte> text, int start, int end)
    {
        var dashed = end - start == 3 && Bytes.At(text, end) == '-';
        var loose = end - start == 9 || (end - start == 3 && Bytes.At(text, end) == ' ');
        if (!dashed && !(loose && AfterSsn(text, start)))
        {
            return default;
        }

        // Nine digits alone, or with spaces, are anything unless something says what they are.
        var gap = end - start == 9 ? 0 : 1;
        var (group, serial) = (start + 3 + gap, start + 5 + (2 * gap));
        if (gap == 1 && (Bytes.SkipDigits(text, group, 3) != group + 2 || Bytes.At(text, group + 2) != text[end]
            || Bytes.SkipDigits(text, serial, 5) != serial + 4))
        {
            return default;
        }

        return Bytes.Number(text.Slice(start, 3)) is not (0 or 666 or >= 900) && Bytes.Number(text.Slice(group, 2)) != 0
            && Bytes.Number(text.Slice(serial, 4)) != 0 && Bytes.EndsFree(text, serial + 4)
            ? (start, serial + 4) : default;
    }

    private static bool AfterSsn(ReadOnlySpan<byte> text, int start) =>
        SsnWords().IsMatch(Encoding.Latin1.GetString(text[Math.Max(0, start - 32)..start]));

    public static (int, int) UkNino(ReadOnlySpan<byte> text, int digits, int digitsEnd)
    {
        var spaced = digitsEnd - digits == 2;
        var start = digits - (spaced ? 3 : 2);
        if (start < 0 || Bytes.Word(text, start - 1) || (!spaced && digitsEnd - digits != 6))
        {
            return default;
        }

        var match = Nino().Match(Encoding.Latin1.GetString(text[start..Math.Min(text.Length, start + 13)]));
        var end = start + match.Length;
        return match.Success && !Bytes.Word(text, end) ? (start, end) : default;
    }

    public static ((int, int), int) Passport(ReadOnlySpan<byte> text, int at)
    {
        var match = PassportNumber().Match(Encoding.Latin1.GetString(text[at..Math.Min(text.Length, at + 40)]));
        var number = match.Groups["number"];
        return match.Success
            ? ((at + number.Index, at + number.Index + number.Length), at + number.Index) : (default, at + 7);
    }

    public static (int, int) DateOfBirth(ReadOnlySpan<byte> text, int start, int end)
    {
        // Cheap questions first: most numbers have neither such neighbours nor such a length.
        if (end - start is not (1 or 2 or 4) || !" :=\"'."u8.Contains(Bytes.At(text, start - 1))
            || !(end - start == 4 ? "-/."u8 : "-/. ,snrt"u8).Contains(Bytes.At(text, end)))
        {
            return default;
        }

        // The birth words stand before the date; a month may stand between them and the first digit.
        var from = Math.Max(0, start - 40);
        var before = Encoding.Latin1.GetString(text[from..start]);
        var context = BirthWords().Match(before);
        if (!context.Success)
        {
            return default;
        }

        var month = context.Groups["month"];
        var first = month.Success ? from + month.Index : start;
        var date = (month.Success ? DayYear() : AnyDate())
            .Match(Encoding.Latin1.GetString(text[start..Math.Min(text.Length, start + 24)]));
        return date.Success && !Bytes.Word(text, start + date.Length) ? (first, start + date.Length) : default;
    }

    [GeneratedRegex("^(?:[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z])(?: [0-9]{2} [0-9]{2} [0-9]{2} "
        + "[A-D]|[0-9]{6}[A-D])(?<!^(?:BG|GB|KN|NK|NT|TN|ZZ).*)")]
    private static partial Regex Nino();

    [GeneratedRegex("^assport(?:[ ]?(?:number|no\\.?|nr\\.?|#|:|is))*[ "
        + ":#]*(?<number>[0-9]{9}|[A-Z][0-9]{8}|C[0-9CFGHJKLMNPRTVWXYZ]{8})(?![A-Za-z0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex PassportNumber();

    // Bytes are read as Latin-1, so that an index is a place in the text: the letters of n\u00E9 are two there.
    [GeneratedRegex("(?:\\bborn(?: on)?|\\bd\\.?o\\.?b\\.?|\\bdate[ _]?of[ _]?birth|\\bbirth[ _]?(?:date|day)"
        + "|\\bgeboren(?: am)?|\\bgeb\\.|\\bGeburts(?:datum|tag)|\\bn\u00C3\u00A9e? le|\\bdate de naissance"
        + "|\\bfecha de nacimiento|\\bnacid[oa](?: el)?|\\bnat[oa] il|\\bdata di nascita|\\bgeboortedatum"
        + "|\\bdata de nascimento)\"?[ :=\"']{1,4}(?:(?<month>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
        + "[a-z]{0,6}\\.?) )?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BirthWords();

    [GeneratedRegex("^(?:[0-9]{4}([-/.])[0-9]{1,2}\\1[0-9]{1,2}|[0-9]{1,2}([/.\\-])[0-9]{1,2}\\2(?:[0-9]{4}|[0-9]{2})"
        + "|[0-9]{1,2}\\.? (?:de )?[A-Za-z\u00C3\u00A4\u00A9\u00BB]{3,10}\\.? (?:de )?[0-9]{4})")]
    private static partial Regex AnyDate();

    [GeneratedRegex("(?:\\bSSN|social security)[^0-9]{1,14}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SsnWords();

    [GeneratedRegex("^[0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}")]
    private static partial Regex DayYear();
}
