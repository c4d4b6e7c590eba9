using System.Text.Json.Serialization;

namespace Pipeline.Workflows.Inputs;

/// <summary>How the adapter is trained.</summary>
public sealed record TrainOptions
{
    /// <summary>lora, rslora, dora or qlora.</summary>
    /// <value>The default is <c>lora</c>.</value>
    public string Method { get; init; } = "lora";

    /// <summary>Rank of the adapter.</summary>
    /// <value>The default is 16.</value>
    public int Rank { get; init; } = 16;

    /// <summary>Scale of the adapter.</summary>
    /// <value>The default is 32.</value>
    public double Alpha { get; init; } = 32;

    /// <summary>Dropout in front of the adapter.</summary>
    /// <value>The default is 0.</value>
    public double Dropout { get; init; }

    /// <summary>Names of the adapted layers, or <c>all-linear</c>.</summary>
    /// <value>The default is <c>all-linear</c>.</value>
    public IReadOnlyList<string> Targets { get; init; } = ["all-linear"];

    /// <summary>Peak learning rate.</summary>
    /// <value>The default is 5e-4.</value>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Passes over the training set.</summary>
    /// <value>The default is 1.</value>
    public double Epochs { get; init; } = 1;

    /// <summary>Optimizer steps at most; 0 sets no limit.</summary>
    /// <value>The default is 0.</value>
    public int MaxSteps { get; init; }

    /// <summary>Rows of one optimizer step.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Rows of one forward pass; divides the batch size.</summary>
    /// <value>The default is 16.</value>
    public int MicroBatchSize { get; init; } = 16;

    /// <summary>Learning rate schedule.</summary>
    /// <value>The default is <c>cosine</c>.</value>
    public string Schedule { get; init; } = "cosine";

    /// <summary>Share of the steps that warms up.</summary>
    /// <value>The default is 0.05.</value>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary>Decoupled weight decay.</summary>
    /// <value>The default is 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Largest norm of the gradient.</summary>
    /// <value>The default is 1.</value>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Seed of weights, order and dropout.</summary>
    /// <value>The default is 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Steps between checkpoints; 0 writes none before the end.</summary>
    /// <value>The default is 50.</value>
    public int CheckpointEverySteps { get; init; } = 50;

    /// <summary>Restarts with a tenth of the learning rate after a divergence in the first 50 steps.</summary>
    /// <value>The default is 2.</value>
    public int MaxDivergenceRetries { get; init; } = 2;

    /// <summary>Ranks to try in turn when the task metric is too low; empty keeps the rank.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<int> RankLadder { get; init; } = [];

    /// <summary>Trials of a search over learning rate and rank before the training; empty searches nothing.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<SweepTrial> Sweep { get; init; } = [];

    /// <summary>Steps of the first round of a search; each further round doubles them for the better half.</summary>
    /// <value>The default is 25.</value>
    public int SweepSteps { get; init; } = 25;
}

/// <summary>One trial of a search.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SweepTrial
{
    /// <summary>Peak learning rate of the trial; 0 keeps the run's.</summary>
    /// <value>The default is 0.</value>
    public double LearningRate { get; init; }

    /// <summary>Rank of the trial; 0 keeps the run's.</summary>
    /// <value>The default is 0.</value>
    public int Rank { get; init; }
}
