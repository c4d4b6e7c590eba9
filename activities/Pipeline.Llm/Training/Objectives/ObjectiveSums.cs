namespace Pipeline.Llm.Training.Objectives;

/// <summary>Sums over supervised tokens (or pairs) that means are made of.</summary>
public sealed record ObjectiveSums
{
    /// <summary>Weighted loss, in nats for language modelling.</summary>
    public double Loss { get; init; }

    /// <summary>Weight: what <see cref="Loss"/> is divided by.</summary>
    public double Weight { get; init; }

    /// <summary>Scored tokens.</summary>
    public long Scored { get; init; }

    /// <summary>Scored tokens whose most likely prediction is the target.</summary>
    public double Correct { get; init; }

    /// <summary>Sum of the entropies of the predictions, in nats.</summary>
    public double Entropy { get; init; }

    /// <summary>Pairs (or labelled answers) of a preference loss.</summary>
    public long Pairs { get; init; }

    /// <summary>Pairs whose chosen answer has the larger reward.</summary>
    public double RewardWins { get; init; }

    /// <summary>Sum of the reward margins of the pairs.</summary>
    public double RewardMargin { get; init; }

    /// <summary>Mean loss; not a number when nothing was supervised.</summary>
    public double MeanLoss => Loss / Weight;

    /// <summary>Adds two sums.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">Another.</param>
    /// <returns>Their sum.</returns>
    public static ObjectiveSums operator +(ObjectiveSums a, ObjectiveSums b) => new()
    {
        Loss = a.Loss + b.Loss,
        Weight = a.Weight + b.Weight,
        Scored = a.Scored + b.Scored,
        Correct = a.Correct + b.Correct,
        Entropy = a.Entropy + b.Entropy,
        Pairs = a.Pairs + b.Pairs,
        RewardWins = a.RewardWins + b.RewardWins,
        RewardMargin = a.RewardMargin + b.RewardMargin,
    };
}
