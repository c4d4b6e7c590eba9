using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Numbers of identity papers, dates of birth and street addresses. Expressions run on short windows only, which bounds
/// their cost.
/// </summary>
internal static partial class IdentityRules
{
    private const int Window = 120;

    public static (int, int) UsSsn(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end - start != 3 || start + 11 > text.Length || text[end] != '-' || Bytes.SkipDigits(text, end + 1, 3)
            != end + 3 || text[end + 3] != '-' || Bytes.SkipDigits(text, end + 4, 5) != end + 8)
        {
            return default;
        }

        var (area, group, serial) = (Bytes.Number(text[start..end]), Bytes.Number(text[(end + 1)..(end + 3)]),
            Bytes.Number(text[(end + 4)..(end + 8)]));
        return area is not (0 or 666 or >= 900) && group != 0 && serial != 0 && Bytes.EndsFree(text, end + 8)
            ? (start, end + 8) : default;
    }

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
        if (end - start is not (1 or 2 or 4))
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

    public static (int, int) StreetAddress(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end - start > 5 || Bytes.At(text, end) != ' ' || !Bytes.Upper(text, end + 1))
        {
            return default;
        }

        var match = Street().Match(Encoding.Latin1.GetString(text[end..Math.Min(text.Length, end + Window)]));
        return match.Success ? (start, end + match.Length) : default;
    }

    [GeneratedRegex("^(?:[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z])(?: [0-9]{2} [0-9]{2} [0-9]{2} "
        + "[A-D]|[0-9]{6}[A-D])(?<!^(?:BG|GB|KN|NK|NT|TN|ZZ).*)")]
    private static partial Regex Nino();

    [GeneratedRegex("^assport(?:[ ]?(?:number|no\\.?|nr\\.?|#|:|is))*[ "
        + ":#]*(?<number>[0-9]{9}|[A-Z][0-9]{8}|C[0-9CFGHJKLMNPRTVWXYZ]{8})(?![A-Za-z0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex PassportNumber();

    [GeneratedRegex("(?:\\bborn(?: on)?|\\bDOB|\\bdate of birth|\\bbirth ?date|\\bgeboren(?: am)?)[ "
        + ":=]{1,3}(?:(?<month>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\\.?) )?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex BirthWords();

    [GeneratedRegex("^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[/.\\-][0-9]{1,2}[/.\\-][0-9]{4}|[0-9]{1,2}\\.? "
        + "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\\.? [0-9]{4})")]
    private static partial Regex AnyDate();

    [GeneratedRegex("^[0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}")]
    private static partial Regex DayYear();

    [GeneratedRegex("^ (?:[A-Z][a-z]+ "
        + "){1,3}(?:Street|Road|Avenue|Lane|Drive|Court|Boulevard|Square|Terrace|Place|Way|St\\.?|Rd\\.?|Ave\\.?|Blvd\\.?|Dr\\.?|Ln\\.?)(?![A-Za-z])(?:, [A-Z][a-z]+(?:(?: [A-Z][a-z]+)? [0-9]{5}(?![0-9]))?)?")]
    private static partial Regex Street();
}
