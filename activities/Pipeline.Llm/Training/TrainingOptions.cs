using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Llm.Training;

/// <summary>Numbers of a training run.</summary>
public sealed record TrainingOptions
{
    /// <summary>Seed of order, dropout and noise.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How rows become steps.</summary>
    public BatchSettings Batch { get; init; } = new();

    /// <summary>Largest learning rate.</summary>
    /// <value>Default 2e-4.</value>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Shape of the rate; its length is set to that of the run.</summary>
    /// <value>Default cosine to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = new() { TotalSteps = 1 };

    /// <summary>Share of the steps with a rising rate; overrides the schedule's warm-up steps.</summary>
    public double? WarmupRatio { get; init; }

    /// <summary>Update rule.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>Rate of B divided by the rate of A (LoRA+); null for one rate.</summary>
    public double? LoraPlusRatio { get; init; }

    /// <summary>Whether norms and biases decay too.</summary>
    /// <value>Default true.</value>
    public bool DecayVectors { get; init; } = true;

    /// <summary>Largest gradient norm; infinity for no limit.</summary>
    /// <value>Default 1.</value>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Element type of the computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>Share of the target spread over the vocabulary.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Strength of uniform noise on embeddings (NEFTune, arXiv 2310.05914); 0 for none.</summary>
    public double NoiseAlpha { get; init; }

    /// <summary>Whether layers are computed again in the backward pass instead of kept.</summary>
    public bool RecomputesActivations { get; init; }

    /// <summary>Decay of an exponential moving average of the weights, which is then evaluated and exported; null for
    /// none.</summary>
    public double? AverageDecay { get; init; }

    /// <summary>Steps between log lines.</summary>
    /// <value>Default 10.</value>
    public int LogEvery { get; init; } = 10;

    /// <summary>Steps between evaluations; null for the end of each epoch, 0 for never.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Steps between checkpoints; null for the end of each epoch, 0 for the end only.</summary>
    public int? SaveEvery { get; init; }

    /// <summary>Newest checkpoints to keep besides the best.</summary>
    /// <value>Default 2.</value>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Whether a larger metric is better.</summary>
    /// <value>Default false: the metric is the evaluation loss.</value>
    public bool GreaterIsBetter { get; init; }

    /// <summary>Evaluations without improvement after which the run stops; null for never.</summary>
    public int? Patience { get; init; }

    /// <summary>Smallest difference that counts as an improvement.</summary>
    public double MinimumImprovement { get; init; }

    /// <summary>Lowest acceptable value of the retention metric, when an evaluator gives one; the run stops below
    /// it.</summary>
    public double? RetentionBound { get; init; }

    /// <summary>Steps in a row with gradients that are not finite after which the run stops.</summary>
    /// <value>Default 3.</value>
    public int NonFiniteLimit { get; init; } = 3;

    /// <summary>Steps in a row without any gradient after which a module is reported.</summary>
    /// <value>Default 5.</value>
    public int SilentLimit { get; init; } = 5;

    /// <summary>Update norm relative to the weight norm above which a module is reported.</summary>
    /// <value>Default 0.5.</value>
    public double WeightRatioLimit { get; init; } = 0.5;
}
