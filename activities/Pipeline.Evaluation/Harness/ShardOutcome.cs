using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Harness;

/// <summary>A finished shard.</summary>
/// <param name="Result">Scores and metrics.</param>
/// <param name="Answers">Every question with its answer, in order.</param>
/// <param name="AnswersFile">File with the answers, a JSON line each.</param>
/// <param name="FromCache">Whether it was found rather than asked.</param>
public sealed record ShardOutcome(
    TaskResult Result, IReadOnlyList<AnsweredQuestion> Answers, string AnswersFile, bool FromCache);
