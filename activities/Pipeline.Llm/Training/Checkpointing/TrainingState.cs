using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Diagnostics;
using Pipeline.Llm.Training.Objectives;

namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>All numbers that a run needs to continue exactly.</summary>
/// <remarks>Random numbers have no state beyond these: the order of an epoch follows from the seed and the epoch, and
/// the generators of
/// dropout and noise are seeded anew for each micro-batch from seed, step and micro-batch. So a run continues equally
/// on any device.</remarks>
public sealed record TrainingState
{
    /// <summary>Finished optimizer steps.</summary>
    public int Step { get; init; }

    /// <summary>Next place in the data.</summary>
    public BatchCursor Cursor { get; init; } = new(0, 0);

    /// <summary>Seed of the run.</summary>
    public long Seed { get; init; }

    /// <summary>Digest of the training data.</summary>
    public string Data { get; init; } = "";

    /// <summary>Digest of the order of the current epoch.</summary>
    public string Order { get; init; } = "";

    /// <summary>Digest of the options that change the numbers of a run.</summary>
    public string Options { get; init; } = "";

    /// <summary>Updates of each parameter.</summary>
    public IReadOnlyDictionary<string, long> OptimizerSteps { get; init; } = new Dictionary<string, long>();

    /// <summary>Tokens seen, without padding.</summary>
    public long Tokens { get; init; }

    /// <summary>Supervised tokens seen.</summary>
    public long SupervisedTokens { get; init; }

    /// <summary>Steps left out because a gradient was not finite.</summary>
    public int SkippedSteps { get; init; }

    /// <summary>Of these, the ones directly before this step.</summary>
    public int SkippedInARow { get; init; }

    /// <summary>Seconds of computing over all attempts.</summary>
    public double Seconds { get; init; }

    /// <summary>State of float16 loss scaling.</summary>
    public LossScale LossScale { get; init; } = new();

    /// <summary>Sums since the last log line.</summary>
    public ObjectiveSums Window { get; init; } = new();

    /// <summary>State of the divergence rule.</summary>
    public DivergenceState Divergence { get; init; } = new();

    /// <summary>Steps in a row without gradient, by module.</summary>
    public IReadOnlyDictionary<string, int> Silent { get; init; } = new Dictionary<string, int>();

    /// <summary>State of early stopping and of the best checkpoint.</summary>
    public BestState Best { get; init; } = new();
}
