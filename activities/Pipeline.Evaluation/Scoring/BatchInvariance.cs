namespace Pipeline.Evaluation.Scoring;

/// <summary>Self-test: answers must not depend on which other questions are in the batch.</summary>
/// <param name="Questions">Questions compared.</param>
/// <param name="SameAnswers">Whether the most likely continuation was the same for each.</param>
/// <param name="LargestDifference">Largest difference of a log-likelihood, in nats.</param>
public sealed record BatchInvariance(int Questions, bool SameAnswers, double LargestDifference)
{
    /// <summary>Asks questions one by one and all together.</summary>
    /// <param name="model">The model.</param>
    /// <param name="requests">A sample of questions of different length.</param>
    /// <returns>The comparison.</returns>
    public static BatchInvariance Check(IScoringModel model, IReadOnlyList<ScoreRequest> requests)
    {
        var together = new ResultList<ContinuationScore[]>(requests.Count);
        model.Score(requests, together);
        var (same, largest) = (true, 0.0);
        for (var i = 0; i < requests.Count; i++)
        {
            var alone = new ResultList<ContinuationScore[]>(1);
            model.Score([requests[i]], alone);
            same &= Best(alone[0]) == Best(together[i]);
            largest = Math.Max(
                largest, alone[0].Zip(together[i], (a, b) => Math.Abs(a.LogLikelihood - b.LogLikelihood)).Max());
        }

        return new(requests.Count, same, largest);
    }

    /// <summary>Whether a gate may use the model's answers.</summary>
    /// <param name="tolerance">Largest tolerated difference in nats; 1e-3 suits float32.</param>
    /// <returns>True when answers and likelihoods agree.</returns>
    public bool Holds(double tolerance = 1e-3) => SameAnswers && LargestDifference <= tolerance;

    private static int Best(ContinuationScore[] scores) =>
        Array.FindIndex(scores, score => score.LogLikelihood == scores.Max(other => other.LogLikelihood));
}
