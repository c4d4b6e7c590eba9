namespace Pipeline.Llm.Generation;

/// <summary>How the next token is chosen, and when a sequence ends.</summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 chooses the most likely token.</summary>
    /// <value>The default is 0.</value>
    public double Temperature { get; init; }

    /// <summary>Keeps this many tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the smallest set of tokens with at least this probability.</summary>
    /// <value>The default is 1: all.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Drops tokens below this share of the best token's probability.</summary>
    /// <value>The default is 0: none.</value>
    public double MinP { get; init; }

    /// <summary>
    /// Logits of tokens seen in the prompt or the answer are divided (if positive) or multiplied (if negative) by this.
    /// </summary>
    /// <value>The default is 1: no penalty. Source: arXiv 1909.05858.</value>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from the logit of every token that the answer holds already, once.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Subtracted from the logit of a token for each time that the answer holds it.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of single tokens.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();

    /// <summary>Seed of the sequence's own random numbers; the same seed gives the same tokens in any batch.</summary>
    public ulong Seed { get; init; }

    /// <summary>Most tokens to generate, at least 1.</summary>
    /// <value>The default is 16.</value>
    public int MaxTokens { get; init; } = 16;

    /// <summary>Tokens that end the sequence; they are not given out.</summary>
    public IReadOnlySet<int> StopTokens { get; init; } = new HashSet<int>();

    /// <summary>Alternatives reported for each token, most likely first; 0 reports none.</summary>
    public int TopLogProbs { get; init; }

    /// <summary>Whether the choice depends on anything but the most likely token.</summary>
    internal bool NeedsSampler => Temperature > 0 || RepetitionPenalty != 1 || PresencePenalty != 0
        || FrequencyPenalty != 0 || LogitBias.Count > 0;
}
