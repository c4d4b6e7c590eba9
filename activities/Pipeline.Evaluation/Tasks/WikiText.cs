using System.Text.RegularExpressions;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Undoes the tokenization of WikiText pages (Merity et al. 2016) before they are scored.</summary>
/// <remarks>
/// Perplexity per word or byte counts the page before this clean-up. Source: the rules that published WikiText
/// perplexities use.
/// </remarks>
public static partial class WikiText
{
    private static readonly (string From, string To)[] Joined =
        [("s '", "s'"), (" @-@ ", "-"), (" @,@ ", ","), (" @.@ ", "."), (" : ", ": "), (" ; ", "; "), (" . ", ". "),
            (" ! ", "! "), (" ? ", "? "), (" , ", ", ")];

    /// <summary>The page as a person would write it.</summary>
    /// <param name="page">A tokenized page.</param>
    /// <returns>Its text.</returns>
    public static string Detokenize(string page)
    {
        foreach (var (from, to) in Joined) page = page.Replace(from, to);
        page = Round().Replace(page, "($1)");
        page = Square().Replace(page, "[$1]");
        page = Curly().Replace(page, "{$1}");
        page = Double().Replace(page, "\"$1\"");
        page = Single().Replace(page, "'$1'");
        return page.Replace("= = = =", "====").Replace("= = =", "===").Replace("= =", "==")
            .Replace($" {'\u00b0'} ", "\u00b0")
            .Replace(" \n", "\n").Replace("\n ", "\n").Replace(" N ", " 1 ").Replace(" 's", "'s");
    }

    [GeneratedRegex(@"\(\s*([^\)]*?)\s*\)")]
    private static partial Regex Round();

    [GeneratedRegex(@"\[\s*([^\]]*?)\s*\]")]
    private static partial Regex Square();

    [GeneratedRegex(@"{\s*([^}]*?)\s*}")]
    private static partial Regex Curly();

    [GeneratedRegex("\"\\s*([^\"]*?)\\s*\"")]
    private static partial Regex Double();

    [GeneratedRegex(@"'\s*([^']*?)\s*'")]
    private static partial Regex Single();
}
