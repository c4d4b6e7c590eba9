namespace Pipeline.Evaluation.Scoring;

/// <summary>Continuations to score after one context.</summary>
/// <param name="Context">Token ids before the continuations; at least one.</param>
/// <param name="Continuations">Token ids of each continuation; at least one each.</param>
public sealed record ScoreRequest(int[] Context, IReadOnlyList<int[]> Continuations);

/// <summary>Score of one continuation.</summary>
/// <param name="LogLikelihood">Sum of its tokens' log-probabilities in nats.</param>
/// <param name="IsGreedy">Whether every token is the most probable one.</param>
public readonly record struct ContinuationScore(double LogLikelihood, bool IsGreedy);
