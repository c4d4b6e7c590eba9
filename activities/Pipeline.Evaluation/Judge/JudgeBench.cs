using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Judge;

/// <summary>Lets one model judge the answers of others, in the manner of MT-Bench (Zheng et al. 2023).</summary>
/// <param name="judge">The judge.</param>
/// <param name="tries">How often an unreadable judgement is asked for again in all.</param>
public sealed partial class JudgeBench(IChatModel judge, int tries = 3)
{
    /// <summary>Lets a model answer all turns of a question.</summary>
    /// <param name="model">The model.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>One answer a turn.</returns>
    public static async Task<IReadOnlyList<string>> AnswerAsync(
        IChatModel model, JudgeQuestion question, CancellationToken cancellationToken)
    {
        var (turns, answers) = (new List<ChatTurn>(), new List<string>());
        foreach (var text in question.Turns)
        {
            turns.Add(new("user", text));
            answers.Add(await model.ReplyAsync(turns, cancellationToken));
            turns.Add(new("assistant", answers[^1]));
        }

        return answers;
    }

    /// <summary>Marks every turn of a model's answers.</summary>
    /// <param name="judged">Id of the judged model.</param>
    /// <param name="answers">Questions with the model's answers.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The marks.</returns>
    /// <exception cref="ArgumentException">The judge is the judged model.</exception>
    public async Task<JudgeMarks> MarkAsync(
        string judged, IReadOnlyList<(JudgeQuestion Question, IReadOnlyList<string> Answers)> answers,
        CancellationToken cancellationToken)
    {
        Differ(judged);
        var marks = new List<TurnMark>();
        foreach (var (question, given) in answers)
        {
            for (var turn = 1; turn <= given.Count; turn++)
            {
                var (text, asked) = await AskAsync(
                    JudgePrompts.Mark(question, [.. given.Take(turn)]), choice: false,
                    answer => Read(MarkPattern(), answer) is >= 1 and <= 10, cancellationToken);
                marks.Add(new TurnMark(question.Id, turn, text is null ? null : Read(MarkPattern(), text), asked));
            }
        }

        return new JudgeMarks(judge.Id, judged, JudgePrompts.Digest, marks);
    }

    /// <summary>
    /// Compares two models, each question in both orders; only a judgement that holds in both counts as a win.
    /// </summary>
    /// <param name="first">Id of the first model.</param>
    /// <param name="second">Id of the second model.</param>
    /// <param name="answers">Questions with the answers of both.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>One result a question.</returns>
    public async Task<IReadOnlyList<PairwiseResult>> CompareAsync(
        string first, string second,
        IReadOnlyList<(JudgeQuestion Question, IReadOnlyList<string> First, IReadOnlyList<string> Second)> answers,
        CancellationToken cancellationToken)
    {
        Differ(first);
        Differ(second);
        var results = new List<PairwiseResult>();
        foreach (var (question, one, two) in answers)
        {
            var straight = await ChooseAsync(question, one, two, cancellationToken);
            var swapped = 1 - await ChooseAsync(question, two, one, cancellationToken);
            results.Add(straight is null || swapped is null ? new(question.Id, null, OrderDecided: false)
                : straight == swapped ? new(question.Id, straight, OrderDecided: false)
                : new(question.Id, 0.5, OrderDecided: true));
        }

        return results;
    }

    private async Task<double?> ChooseAsync(
        JudgeQuestion question, IReadOnlyList<string> first, IReadOnlyList<string> second,
        CancellationToken cancellationToken)
    {
        var (text, _) = await AskAsync(
            JudgePrompts.Compare(question, first, second), choice: true, answer => ChoicePattern().IsMatch(answer),
            cancellationToken);
        return text is null
            ? null : ChoicePattern().Matches(text)[^1].Groups[1].Value switch { "A" => 1, "B" => 0, _ => 0.5 };
    }

    private async Task<(string? Text, int Tries)> AskAsync(
        IReadOnlyList<ChatTurn> turns, bool choice, Func<string, bool> readable, CancellationToken cancellationToken)
    {
        var asked = turns;
        for (var attempt = 1; attempt <= tries; attempt++)
        {
            var text = await judge.ReplyAsync(asked, cancellationToken);
            if (readable(text)) return (text, attempt);
            asked = JudgePrompts.Again(turns, text, choice);
        }

        return (null, tries);
    }

    private static double? Read(Regex pattern, string text) =>
        pattern.Matches(text) is { Count: > 0 } matches
            ? double.Parse(matches[^1].Groups[1].Value, CultureInfo.InvariantCulture) : null;

    private void Differ(string judged)
    {
        if (judged == judge.Id)
            throw new ArgumentException($"'{judged}' would judge itself; choose another judge", nameof(judged));
    }

    [GeneratedRegex(@"\[\[(\d+(?:\.\d+)?)\]\]")]
    private static partial Regex MarkPattern();

    [GeneratedRegex(@"\[\[([ABC])\]\]")]
    private static partial Regex ChoicePattern();
}
