namespace Pipeline.Evaluation.Harness;

/// <summary>How long a task lets a model generate; always greedy.</summary>
/// <param name="Until">Strings that end an answer; the answer is cut before the first.</param>
/// <param name="MaxTokens">Most tokens.</param>
public sealed record GenerationSettings(IReadOnlyList<string> Until, int MaxTokens = 256);
