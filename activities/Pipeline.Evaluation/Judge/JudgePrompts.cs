using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Judge;

/// <summary>What a judge is asked.</summary>
public static class JudgePrompts
{
    private const string Rules =
        "You compare answers of assistants to users. Judge helpfulness, correctness, depth and clarity. Ignore the "
            + "length of an answer and the order in which answers appear.";

    private const string Rate =
        "First give your reasons in a few sentences. Then, on a line of its own, give a mark from 1 (useless) to 10 "
            + "(excellent) as [[mark]], for example [[7]].";

    private const string Choose =
        "First give your reasons in a few sentences. Then, on a line of its own, write [[A]] if the first answer is "
            + "better, [[B]] if the second is better, or [[C]] for a tie.";

    private const string MarkMissing =
        "Your answer holds no mark that can be read. Write only the mark from 1 to 10, as [[mark]].";

    private const string ChoiceMissing =
        "Your answer holds no choice that can be read. Write only [[A]], [[B]] or [[C]].";

    /// <summary>SHA-256 of the texts; marks under different prompts are not comparable.</summary>
    public static string Digest { get; } = Files.Digest([Rules, Rate, Choose, MarkMissing, ChoiceMissing]);

    /// <summary>Asks for a mark of the last answer of a conversation.</summary>
    /// <param name="question">The question.</param>
    /// <param name="answers">The assistant's answers so far; the last one is judged.</param>
    /// <returns>Turns for the judge.</returns>
    public static IReadOnlyList<ChatTurn> Mark(JudgeQuestion question, IReadOnlyList<string> answers) =>
        [new("system", $"{Rules} {Rate}"),
            new("user", Conversation(question, answers, "assistant") + Reference(question, answers.Count))];

    /// <summary>Asks which of two conversations is better.</summary>
    /// <param name="question">The question.</param>
    /// <param name="first">Answers shown as A.</param>
    /// <param name="second">Answers shown as B.</param>
    /// <returns>Turns for the judge.</returns>
    public static IReadOnlyList<ChatTurn> Compare(
        JudgeQuestion question, IReadOnlyList<string> first, IReadOnlyList<string> second) =>
    [
        new("system", $"{Rules} {Choose}"),
        new("user", Conversation(question, first, "assistant A") + "\n\n"
            + Conversation(question, second, "assistant B") + Reference(question, first.Count)),
    ];

    /// <summary>
    /// Asks again after a judgement without a readable mark; the same question alone would get the same answer from a
    /// judge that does not sample.
    /// </summary>
    /// <param name="turns">What the judge was asked.</param>
    /// <param name="answer">What it answered.</param>
    /// <param name="choice">Whether a choice was asked for instead of a mark.</param>
    /// <returns>Turns for the judge.</returns>
    public static IReadOnlyList<ChatTurn> Again(IReadOnlyList<ChatTurn> turns, string answer, bool choice) =>
        [.. turns, new("assistant", answer), new("user", choice ? ChoiceMissing : MarkMissing)];

    private static string Conversation(JudgeQuestion question, IReadOnlyList<string> answers, string who) =>
        $"<conversation with {who}>\n"
            + string.Join("\n\n", answers.Select((answer, i) => $"user: {question.Turns[i]}\n\n{who}: {answer}"))
            + "\n</conversation>";

    private static string Reference(JudgeQuestion question, int turns) =>
        question.References.Count < turns
            ? "" : $"\n\n<right answer>\n{question.References[turns - 1]}\n</right answer>";
}
