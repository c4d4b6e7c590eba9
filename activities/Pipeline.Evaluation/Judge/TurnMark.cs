namespace Pipeline.Evaluation.Judge;

/// <summary>A judge's mark of one turn.</summary>
/// <param name="QuestionId">The question.</param>
/// <param name="Turn">First turn is 1.</param>
/// <param name="Mark">1 to 10; null when the judge never gave a readable one.</param>
/// <param name="Tries">How often the judge was asked.</param>
public sealed record TurnMark(string QuestionId, int Turn, double? Mark, int Tries);
