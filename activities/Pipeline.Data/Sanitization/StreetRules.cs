using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Street addresses. A number and words that end in Way or Lane are as often a title, so something around them has to
/// say that somebody lives there. Expressions run on short windows only, which bounds their cost.
/// </summary>
internal static partial class StreetRules
{
    private const int Window = 120;
    private const int Lead = 64;

    public static (int, int) Find(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end - start > 5 || Bytes.At(text, end) != ' ' || !Bytes.Upper(text, end + 1))
        {
            return default;
        }

        var match = Street().Match(Encoding.Latin1.GetString(text[end..Math.Min(text.Length, end + Window)]));
        return match.Success && IsAddress(text, start, end, match) ? (start, end + match.Length) : default;
    }

    private static bool IsAddress(ReadOnlySpan<byte> text, int start, int end, Match match)
    {
        var (town, code) = (match.Groups["town"].Success, match.Groups["code"].Success);
        var kind = match.Groups["kind"].Value;
        var last = end + match.Length;
        town &= !IsName(text, last);
        var isShort = kind is not "Dr." and not "Dr" && match.Groups["short"].Success;
        if (code || match.Groups["unit"].Success)
        {
            return true;
        }

        // St. Bernard is a saint, and so may be what stands behind any of the short forms.
        if (isShort && (town || !(Bytes.At(text, last) == ' ' && Bytes.Upper(text, last + 1))))
        {
            return true;
        }

        var before = Encoding.Latin1.GetString(text[Math.Max(0, start - Lead)..start]);
        if (Leads().IsMatch(before))
        {
            return true;
        }

        var (large, main, at) = (end - start >= 3, kind is "Street" or "Road" or "Avenue" or "Boulevard",
            before.EndsWith(" at ", StringComparison.OrdinalIgnoreCase));
        return town ? at || large || main : large && (at || (main && StandsAlone(text, start, last)));
    }

    private static bool StandsAlone(ReadOnlySpan<byte> text, int start, int end) =>
        (start == 0 || text[start - 1] is (byte)'\n' or (byte)'"')
            && (end == text.Length || text[end] is (byte)'\n' or (byte)'\r' or (byte)'"' or (byte)',' or (byte)'.');

    // A name of two words behind the comma is a person, unless a code says that it is a town.
    private static bool IsName(ReadOnlySpan<byte> text, int end) =>
        Bytes.At(text, end) == ' ' && Bytes.Upper(text, end + 1)
            && char.IsAsciiLetterLower((char)Bytes.At(text, end + 2));

    [GeneratedRegex("^ (?:[A-Z][a-z]+ ){1,3}(?<kind>Street|Road|Avenue|Lane|Drive|Court|Boulevard|Square|Terrace|Place"
        + "|Way|(?<short>(?:St|Rd|Ave|Blvd|Dr|Ln)\\.?))(?![A-Za-z])"
        + "(?<unit>,? (?:[A-Z][a-z]{3,9}|[0-9]{1,2}(?:st|nd|rd|th)) [Ff]loor(?![a-z])"
        + "|(?:,| -)? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Flat|Room)\\.? ?[0-9][0-9A-Za-z]{0,4}(?![0-9A-Za-z])"
        + "|,? #[0-9]{1,5})?"
        + "(?:(?<town>, (?:(?:New|San|Los|Las|Santa|Saint|Fort|Port|North|South|East|West|Salt|Lake|Mount) )?"
        + "[A-Z][a-z]+(?![A-Za-z]))(?<code>(?: [A-Z][a-z]+)?(?:,? [A-Z]{2})? [0-9]{5}(?:-[0-9]{4})?(?![0-9])"
        + "|,? [A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}(?![0-9A-Za-z]))?)?")]
    private static partial Regex Street();

    [GeneratedRegex("(?:(?<![a-z])(?:address(?:es)?|addr|street)(?: line)?(?: ?1)?[\"']?(?: is| are| was)?[ :=\"']{1,4}"
        + "|\\b(?:ship|deliver|mail|sen[dt]|mov|relocat|post|invoic|bill|writ)(?:e|ed|es|s|ing|ped|ping|y|ment)?"
        + "(?: [a-z']{1,12}){0,3} to:? "
        + "|\\b(?:liv(?:e|es|ed|ing)|resid(?:e|es|ed|ing|ence)|located|stay(?:s|ed|ing)?|based|offices?|situated|house"
        + "|headquarter(?:s|ed)|apartment|home)(?: [a-z']{1,12}){0,2} (?:at|in|is) )$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Leads();
}
