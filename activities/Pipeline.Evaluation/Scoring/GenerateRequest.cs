namespace Pipeline.Evaluation.Scoring;

/// <summary>A prompt to continue greedily.</summary>
/// <param name="Prompt">Token ids; at least one.</param>
/// <param name="MaxTokens">Most tokens to generate.</param>
/// <param name="Stops">Says whether generation ends after the tokens so far, the last of them included.</param>
public sealed record GenerateRequest(int[] Prompt, int MaxTokens, Func<IReadOnlyList<int>, bool> Stops);
