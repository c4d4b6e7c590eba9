using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>The tokens that a translation edit rate counts.</summary>
/// <remarks>Source: the rules of tercom 0.7.25, as sacreBLEU 2.6 documents them.</remarks>
internal static partial class TerText
{
    public static string[] Words(string text, TerOptions options)
    {
        text = UnicodeText.TrimEnd(text);
        if (!options.CaseSensitive) text = UnicodeText.Lower(text);
        if (options.Normalized)
        {
            text = Western($" {text} ");
            if (options.AsianSupport) text = Asian(text);
        }

        if (options.NoPunctuation)
        {
            text = Punctuation().Replace(text, "");
            if (options.AsianSupport) text = FullWidth().Replace(AsianPunctuation().Replace(text, ""), "");
        }

        return UnicodeText.Words(text);
    }

    private static string Western(string text)
    {
        text = TextTokenizer.Unescape(text.Replace("\n-", "").Replace('\n', ' '));
        text = Symbol().Replace(text, " $1 ");
        text = PossessiveEnd().Replace(text.Replace("'s ", " 's "), " 's");
        text = NotDigitThenStop().Replace(text, "$1 $2 ");
        text = StopThenNotDigit().Replace(text, " $1 $2");
        return DigitThenDash().Replace(text, "$1 $2 ");
    }

    private static string Asian(string text)
    {
        text = Ideographs().Replace(text, " $1 ");
        text = Hiragana().Replace(text, "$1 $2 ");
        text = Katakana().Replace(text, "$1 $2 ");
        text = KatakanaExtensions().Replace(text, "$1 $2 ");
        return FullWidth().Replace(AsianPunctuation().Replace(text, " $1 "), " $1 ");
    }

    [GeneratedRegex("[.,?:;!\"()]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])")]
    private static partial Regex Symbol();

    [GeneratedRegex("'s$")]
    private static partial Regex PossessiveEnd();

    [GeneratedRegex("([^0-9])([.,])")]
    private static partial Regex NotDigitThenStop();

    [GeneratedRegex("([.,])([^0-9])")]
    private static partial Regex StopThenNotDigit();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex DigitThenDash();

    [GeneratedRegex(@"([\u4e00-\u9fff\u3400-\u4dbf\u31c0-\u31ef\u2e80-\u2eff\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f\u3200-\u3f22])")]
    private static partial Regex Ideographs();

    [GeneratedRegex(@"(^|[^\u3040-\u309f])([\u3040-\u309f]+)(?=$|[^\u3040-\u309f])")]
    private static partial Regex Hiragana();

    [GeneratedRegex(@"(^|[^\u30a0-\u30ff])([\u30a0-\u30ff]+)(?=$|[^\u30a0-\u30ff])")]
    private static partial Regex Katakana();

    [GeneratedRegex(@"(^|[^\u31f0-\u31ff])([\u31f0-\u31ff]+)(?=$|[^\u31f0-\u31ff])")]
    private static partial Regex KatakanaExtensions();

    [GeneratedRegex(@"([\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb])")]
    private static partial Regex AsianPunctuation();

    [GeneratedRegex(@"([\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09])")]
    private static partial Regex FullWidth();
}
