namespace Pipeline.Llm.Training;

/// <summary>Measurements over the steps since the last log line.</summary>
public sealed record TrainingLog
{
    /// <summary>Step of the line.</summary>
    public required int Step { get; init; }

    /// <summary>Loss over all supervised tokens of the window, in nats a token.</summary>
    public required double Loss { get; init; }

    /// <summary>Gradient norm of the last step, before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Tokens so far, without padding.</summary>
    public required long Tokens { get; init; }

    /// <summary>Supervised tokens so far.</summary>
    public required long SupervisedTokens { get; init; }

    /// <summary>Tokens a second since the start of this attempt.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Share of supervised tokens that were the most likely prediction.</summary>
    public required double TokenAccuracy { get; init; }

    /// <summary>Mean entropy of the predictions of supervised tokens, in nats.</summary>
    public required double Entropy { get; init; }

    /// <summary>Share of pairs whose chosen answer has the larger reward; null without pairs.</summary>
    public double? RewardAccuracy { get; init; }

    /// <summary>Mean reward margin of the pairs; null without pairs.</summary>
    public double? RewardMargin { get; init; }

    /// <summary>Largest memory of the process so far, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Norm of the update relative to the norm of the weight, by module.</summary>
    public IReadOnlyDictionary<string, double> WeightRatios { get; init; } = new Dictionary<string, double>();

    /// <summary>Steps left out so far because a gradient was not finite.</summary>
    public int SkippedSteps { get; init; }
}
