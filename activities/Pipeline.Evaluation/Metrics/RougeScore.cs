namespace Pipeline.Evaluation.Metrics;

/// <summary>Precision, recall and their harmonic mean, each 0 to 1.</summary>
/// <param name="Precision">Share of the prediction that is right.</param>
/// <param name="Recall">Share of the reference that was found.</param>
/// <param name="F1">Harmonic mean; 0 when both are 0.</param>
public readonly record struct RougeScore(double Precision, double Recall, double F1)
{
    internal static RougeScore Of(double matches, int prediction, int reference)
    {
        var (precision, recall) = (matches / Math.Max(prediction, 1), matches / Math.Max(reference, 1));
        return new RougeScore(
            precision, recall, precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
    }
}

/// <summary>The four ROUGE variants of one text.</summary>
/// <param name="Rouge1">Single words.</param>
/// <param name="Rouge2">Word pairs.</param>
/// <param name="RougeL">Longest common subsequence over the whole text.</param>
/// <param name="RougeLsum">Longest common subsequences sentence by sentence; sentences are lines.</param>
public sealed record RougeScores(RougeScore Rouge1, RougeScore Rouge2, RougeScore RougeL, RougeScore RougeLsum);
