namespace Pipeline.Llm.Merging;

/// <summary>What a comparison of merged files with base and adapter found.</summary>
public sealed record MergeParityReport
{
    /// <summary>Prompts compared.</summary>
    public required int Prompts { get; init; }

    /// <summary>Positions whose logits were compared.</summary>
    public required long Positions { get; init; }

    /// <summary>Largest difference of a logit, relative to the largest logit of its prompt.</summary>
    public required double MaxDifference { get; init; }

    /// <summary>Limit of <see cref="MaxDifference"/>.</summary>
    public required double Limit { get; init; }

    /// <summary>Mean Kullback-Leibler divergence of a position, nats.</summary>
    public required double MeanDivergence { get; init; }

    /// <summary>Share of positions with the same most likely token.</summary>
    public required double TopTokenAgreement { get; init; }

    /// <summary>Share of prompts with equal greedy continuations.</summary>
    public required double EqualPrompts { get; init; }

    /// <summary>
    /// Distance of the adapter's choice to its second, where the merged model chose otherwise: the clearest such
    /// choice, relative to the largest logit of its place; 0 when all continuations are equal.
    /// </summary>
    public required double LargestFlippedMargin { get; init; }

    /// <summary>Limit of <see cref="EqualPrompts"/>.</summary>
    public required double EqualPromptsLimit { get; init; }

    /// <summary>Why the merged model is not to be promoted; empty when it is equal.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Whether the merged model may stand for base and adapter.</summary>
    public bool Passed => Reasons.Count == 0;
}
