namespace Pipeline.Evaluation.Harness;

/// <summary>One question with what the model said: a line of the request log.</summary>
public sealed record AnsweredQuestion
{
    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>Stable id within the task.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of context and continuations; an answer to another prompt is never used.</summary>
    public required string Prompt { get; init; }

    /// <summary>Context as sent.</summary>
    public required string Context { get; init; }

    /// <summary>Continuations as scored; empty when text was generated.</summary>
    public IReadOnlyList<string> Continuations { get; init; } = [];

    /// <summary>Right answer.</summary>
    public string Target { get; init; } = "";

    /// <summary>Log-likelihood of each continuation in nats.</summary>
    public IReadOnlyList<double> LogLikelihoods { get; init; } = [];

    /// <summary>Whether each continuation is what the model would write.</summary>
    public IReadOnlyList<bool> Greedy { get; init; } = [];

    /// <summary>Log-likelihoods after an empty context, where a metric needs them.</summary>
    public IReadOnlyList<double> Unconditional { get; init; } = [];

    /// <summary>Generated text, cut before the first stop string.</summary>
    public string? Generated { get; init; }

    /// <summary>Generated ids, the one that stopped included.</summary>
    public IReadOnlyList<int> GeneratedTokens { get; init; } = [];

    /// <summary>Answer by filter, or the chosen alternative.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; init; } = new Dictionary<string, string>();

    /// <summary>Score by metric with filter, such as <c>acc,none</c>.</summary>
    public IReadOnlyDictionary<string, double> Scores { get; init; } = new Dictionary<string, double>();
}
