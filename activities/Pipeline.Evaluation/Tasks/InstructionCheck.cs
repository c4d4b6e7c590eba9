using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Tasks;

/// <summary>A rule about an answer that a program can check.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Words">Words or phrases that the rule names.</param>
/// <param name="Count">Number that the rule names.</param>
public sealed record InstructionCheck(string Kind, IReadOnlyList<string> Words, int Count)
{
    /// <summary>Rules of a row.</summary>
    /// <param name="row">A row with <c>checks</c>, a list of <c>kind</c>, <c>words</c> and <c>count</c>.</param>
    /// <returns>The rules.</returns>
    public static IReadOnlyList<InstructionCheck> Read(
        JsonElement row) => [.. row.GetProperty("checks").EnumerateArray().Select(check => new InstructionCheck(
        check.GetProperty("kind").GetString() ?? "",
        check.TryGetProperty("words", out var words)
            ? [.. words.EnumerateArray().Select(word => word.GetString() ?? "")] : [],
        check.TryGetProperty("count", out var count) ? count.GetInt32() : 0))];

    /// <summary>1 when all rules are followed.</summary>
    /// <param name="checks">The rules.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>1 or 0; an empty answer follows nothing.</returns>
    public static double All(IReadOnlyList<InstructionCheck> checks, string answer) =>
        UnicodeText.Trim(answer).Length > 0 && checks.All(check => check.Holds(answer)) ? 1 : 0;

    /// <summary>
    /// As <see cref="All"/>, for the answer without its first or last line or asterisks, whichever helps.
    /// </summary>
    /// <param name="checks">The rules.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>1 or 0.</returns>
    public static double AllLoosely(IReadOnlyList<InstructionCheck> checks, string answer)
    {
        var lines = answer.Split('\n');
        string[] cut = [answer, string.Join('\n', lines.Skip(1)), string.Join('\n', lines.SkipLast(1)),
            string.Join('\n', lines.Skip(1).SkipLast(1))];
        return cut.Concat(cut.Select(text => text.Replace("*", ""))).Max(text => All(checks, text));
    }

    /// <summary>Share of rules that are followed.</summary>
    /// <param name="checks">The rules.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>0 to 1.</returns>
    public static double Share(IReadOnlyList<InstructionCheck> checks, string answer) =>
        checks.Average(check => All([check], answer));

    private bool Holds(string answer) => Kind switch
    {
        "lowercase" => answer == UnicodeText.Lower(answer),
        "uppercase" => !answer.Any(char.IsLower),
        "no-comma" => !answer.Contains(','),
        "contains" => Words.All(word => answer.Contains(word, StringComparison.OrdinalIgnoreCase)),
        "avoids" => !Words.Any(word => Regex.IsMatch(answer, $@"\b{Regex.Escape(word)}\b", RegexOptions.IgnoreCase)),
        "at-least-times" => Regex.Count(answer, $@"\b{Regex.Escape(Words[0])}\b", RegexOptions.IgnoreCase) >= Count,
        "ends-with" => UnicodeText.Trim(answer).EndsWith(Words[0], StringComparison.Ordinal),
        "starts-with" => UnicodeText.Trim(answer).StartsWith(Words[0], StringComparison.Ordinal),
        "quoted" => UnicodeText.Trim(answer) is ['"', _, .., '"'],
        "json" => JsonText.Extract(answer) is not null,
        "at-most-words" => UnicodeText.Words(answer).Length <= Count,
        "at-least-words" => UnicodeText.Words(answer).Length >= Count,
        "bullets" => answer.Split('\n')
            .Count(line => line.TrimStart().StartsWith("* ", StringComparison.Ordinal)
                || line.TrimStart().StartsWith("- ", StringComparison.Ordinal)) == Count,
        "paragraphs" =>
            answer.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length
            == Count,
        "sentences" => Regex.Count(answer, @"[.!?](\s|$)") >= Count,
        "title" => Regex.IsMatch(answer, "<<[^\n]+>>"),
        _ => throw new TaskFormatException($"the instruction check '{Kind}' is not known"),
    };
}
