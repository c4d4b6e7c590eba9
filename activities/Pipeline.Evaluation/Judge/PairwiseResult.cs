namespace Pipeline.Evaluation.Judge;

/// <summary>Who won a comparison in both orders.</summary>
/// <param name="QuestionId">The question.</param>
/// <param name="Score">1 when the first model won, 0 when the second did, one half for a tie or when the order decided;
/// null when unreadable.</param>
/// <param name="OrderDecided">Whether the judge changed its mind with the order.</param>
public sealed record PairwiseResult(string QuestionId, double? Score, bool OrderDecided);
