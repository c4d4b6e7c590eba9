using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>Splits texts into the tokens that BLEU counts.</summary>
/// <remarks>Source: NIST mteval-v13a.pl and mteval-v14.pl, as sacreBLEU 2.6 applies them.</remarks>
public static partial class TextTokenizer
{
    /// <summary>The tokens of a text.</summary>
    /// <param name="text">Any text; trailing white space does not matter.</param>
    /// <param name="kind">The rules.</param>
    /// <returns>Tokens without white space.</returns>
    public static string[] Tokens(string text, TextTokenization kind) => kind switch
    {
        TextTokenization.Mteval13A => UnicodeText.Words(Mteval13A(UnicodeText.TrimEnd(text))),
        TextTokenization.International => UnicodeText.Words(International(UnicodeText.TrimEnd(text))),
        TextTokenization.Characters => Characters(text),
        _ => UnicodeText.Words(text),
    };

    internal static string SplitWestern(string text)
    {
        text = Symbol().Replace(text, " $1 ");
        text = NotDigitThenStop().Replace(text, "$1 $2 ");
        text = StopThenNotDigit().Replace(text, " $1 $2");
        return DigitThenDash().Replace(text, "$1 $2 ");
    }

    internal static string Unescape(string text) => text.Contains('&')
        ? text.Replace("&quot;", "\"").Replace("&amp;", "&").Replace("&lt;", "<").Replace("&gt;", ">")
        : text;

    private static string Mteval13A(string text)
    {
        text = text.Replace("<skipped>", "").Replace("-\n", "").Replace('\n', ' ');
        return SplitWestern($" {Unescape(text)} ");
    }

    private static string International(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        runes = Pairs(runes, rune => !IsNumber(rune), IsPunctuation, spaceBefore: false);
        runes = Pairs(runes, IsPunctuation, rune => !IsNumber(rune), spaceBefore: true);
        var builder = new StringBuilder();
        foreach (var rune in runes)
        {
            builder.Append(IsSymbol(rune) ? $" {rune} " : rune.ToString());
        }

        return builder.ToString();
    }

    /// <summary>
    /// Puts spaces around the punctuation of each non-overlapping pair of neighbours, from left to right.
    /// </summary>
    private static List<Rune> Pairs(List<Rune> runes, Func<Rune, bool> first, Func<Rune, bool> second, bool spaceBefore)
    {
        var space = new Rune(' ');
        var result = new List<Rune>(runes.Count * 2);
        for (var i = 0; i < runes.Count; i++)
        {
            if (i + 1 == runes.Count || !first(runes[i]) || !second(runes[i + 1]))
            {
                result.Add(runes[i]);
                continue;
            }

            result.AddRange(
                spaceBefore ? [space, runes[i], space, runes[i + 1]] : [runes[i], space, runes[i + 1], space]);
            i++;
        }

        return result;
    }

    private static string[] Characters(string text) =>
        [.. text.EnumerateRunes().Where(rune => !rune.IsBmp || !UnicodeText.IsSpace((char)rune.Value))
            .Select(rune => rune.ToString())];

    private static bool IsNumber(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsPunctuation(Rune rune) => Rune.IsPunctuation(rune);

    private static bool IsSymbol(Rune rune) => Rune.IsSymbol(rune);

    [GeneratedRegex(@"([\{-\~\[-\` -\&\(-\+\:-\@\/])")]
    private static partial Regex Symbol();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex NotDigitThenStop();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex StopThenNotDigit();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex DigitThenDash();
}
