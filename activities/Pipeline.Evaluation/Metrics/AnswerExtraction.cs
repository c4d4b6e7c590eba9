using System.Text.RegularExpressions;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Metrics;

/// <summary>Takes an answer out of generated text with a regular expression.</summary>
/// <param name="pattern">The expression; matched with a limit of one second.</param>
/// <param name="last">Whether the last match counts rather than the first.</param>
/// <param name="fallback">What stands for "no match".</param>
/// <remarks>
/// Of several groups the first non-empty one counts; of one group, that one; without groups, the match. White space
/// around it is removed.
/// </remarks>
public sealed class AnswerExtraction(string pattern, bool last = false, string fallback = AnswerExtraction.Invalid)
{
    /// <summary>The usual mark of an answer that could not be extracted.</summary>
    public const string Invalid = "[invalid]";

    private readonly Regex _regex = new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>The extracted answer.</summary>
    /// <param name="text">Generated text.</param>
    /// <returns>The answer, or the fallback.</returns>
    public string Extract(string text)
    {
        var matches = _regex.Matches(text);
        if (matches.Count == 0) return fallback;
        var groups = matches[last ? ^1 : 0].Groups;
        var value = groups.Count switch
        {
            1 => groups[0].Value,
            2 => groups[1].Value,
            _ => groups.Values.Skip(1).FirstOrDefault(group => group.Length > 0)?.Value ?? fallback,
        };
        return UnicodeText.Trim(value);
    }
}
