namespace Pipeline.Evaluation.Metrics;

/// <summary>A BLEU score with what it was computed from.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Counts">Matched n-grams per length, one first.</param>
/// <param name="Totals">N-grams of the predictions per length.</param>
/// <param name="Precisions">Smoothed precisions per length in percent.</param>
/// <param name="BrevityPenalty">1 when the predictions are at least as long as the references.</param>
/// <param name="SystemLength">Tokens of the predictions.</param>
/// <param name="ReferenceLength">Tokens of the closest references.</param>
public sealed record BleuScore(
    double Score,
    IReadOnlyList<double> Counts,
    IReadOnlyList<double> Totals,
    IReadOnlyList<double> Precisions,
    double BrevityPenalty,
    int SystemLength,
    int ReferenceLength);
