namespace Pipeline.Evaluation.Performance;

/// <summary>One request of a load test; times are seconds since the test began.</summary>
/// <param name="Start">When it was sent.</param>
/// <param name="TokenTimes">When each generated token arrived; empty when the request failed.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
public sealed record RequestRecord(
    double Start, IReadOnlyList<double> TokenTimes, int PromptTokens, string? Error = null);
