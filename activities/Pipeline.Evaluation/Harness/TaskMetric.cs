namespace Pipeline.Evaluation.Harness;

/// <summary>A metric of a task.</summary>
/// <param name="Name">Name, such as <c>acc</c>.</param>
/// <param name="HigherIsBetter">Direction.</param>
/// <param name="Score">Score of an answer to a question; used by generated answers.</param>
public sealed record TaskMetric(
    string Name, bool HigherIsBetter = true, Func<TaskDocument, string, double>? Score = null);
