using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Judge;

/// <summary>Marks of all questions.</summary>
/// <param name="Judge">Id of the judge.</param>
/// <param name="Judged">Id of the judged model.</param>
/// <param name="PromptDigest">SHA-256 of the judge's prompts.</param>
/// <param name="Marks">One mark a turn.</param>
public sealed record JudgeMarks(string Judge, string Judged, string PromptDigest, IReadOnlyList<TurnMark> Marks)
{
    /// <summary>Turns without a readable mark; they are counted here and never scored as 0.</summary>
    public int Unreadable => Marks.Count(mark => mark.Mark is null);

    /// <summary>Mean mark of the readable turns; not a number without any.</summary>
    public double Mean => Marks.Where(mark => mark.Mark is not null).Select(mark => mark.Mark.GetValueOrDefault())
        .DefaultIfEmpty(double.NaN).Average();

    /// <summary>
    /// The marks as results of the task <c>mt-bench</c> for a gate; a turn without a mark leaves its score no number,
    /// which a gate refuses.
    /// </summary>
    /// <param name="questions">The questions.</param>
    /// <returns>Task results with the metric <c>score</c>.</returns>
    public TaskResult ToTaskResult(IReadOnlyList<JudgeQuestion> questions)
    {
        double[] scores = [.. Marks.Select(mark => mark.Mark ?? double.NaN)];
        return new TaskResult
        {
            Task = "mt-bench",
            TaskDigest = Files.Digest(questions.SelectMany(question => question.Turns.Prepend(question.Id))),
            PromptDigest = Files.Digest([PromptDigest, Judge]),
            Original = questions.Sum(question => question.Turns.Count),
            Effective = questions.Sum(question => question.Turns.Count),
            Ids = [.. Marks.Select(mark => $"{mark.QuestionId}:{mark.Turn}")],
            Scores = new Dictionary<string, IReadOnlyList<double>> { ["score"] = scores },
            Metrics = new Dictionary<string, MetricValue> { ["score,none"] = Aggregation.Mean(scores) },
        };
    }
}
