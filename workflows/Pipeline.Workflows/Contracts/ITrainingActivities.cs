using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Training on the GPU pool.</summary>
public interface ITrainingActivities
{
    /// <summary>Trains an adapter; a later attempt goes on from the last checkpoint.</summary>
    /// <remarks>
    /// Fails, not retried, with <see cref="ErrorTypes.LossDiverged"/>, <see cref="ErrorTypes.NonFiniteLoss"/> or
    /// <see cref="ErrorTypes.OutOfMemory"/>; the workflow decides what to change. Fails, not retried, with
    /// <see cref="ErrorTypes.BadData"/> when the data set is not decontaminated against each of the benchmarks as they
    /// are now.
    /// </remarks>
    /// <param name="input">What to train on what.</param>
    /// <returns>The adapter and how the training went.</returns>
    [Activity]
    Task<TrainAdapterResult> TrainAdapterAsync(TrainAdapterInput input);
}

/// <summary>Input of a training.</summary>
public sealed record TrainAdapterInput
{
    /// <summary>The data set.</summary>
    public required ArtifactRef Dataset { get; init; }

    /// <summary>The base model.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>How to train.</summary>
    public required TrainOptions Train { get; init; }

    /// <summary>Benchmarks that the data set must be decontaminated against; none are asked for when empty.</summary>
    public IReadOnlyList<string> Benchmarks { get; init; } = [];

    /// <summary>Workflow that is told about progress by a bounded number of signals; empty tells nobody.</summary>
    public string ProgressWorkflowId { get; init; } = "";
}

/// <summary>Result of a training.</summary>
public sealed record TrainAdapterResult
{
    /// <summary>The adapter in PEFT's files.</summary>
    public required ArtifactRef Adapter { get; init; }

    /// <summary>Digest of the adapter's weights, lower-case hexadecimal.</summary>
    public string WeightsSha256 { get; init; } = "";

    /// <summary>Optimizer steps.</summary>
    public int Steps { get; init; }

    /// <summary>Step from which this attempt went on; 0 for a training from the start.</summary>
    public int ResumedAt { get; init; }

    /// <summary>Loss of the last steps, nats per token.</summary>
    public double FinalLoss { get; init; }

    /// <summary>Tokens per second of the whole training.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Device that trained.</summary>
    public string Device { get; init; } = "";

    /// <summary>Loss curve, at most 200 points.</summary>
    public IReadOnlyList<LossPoint> Curve { get; init; } = [];

    /// <summary>What the stage did.</summary>
    public required StageSummary Summary { get; init; }
}

/// <summary>One point of a loss curve.</summary>
/// <param name="Step">Optimizer step, from 1.</param>
/// <param name="Loss">Loss, nats per token.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record LossPoint(int Step, double Loss, double LearningRate);

/// <summary>Progress of a training, sent at most a few dozen times whatever the number of steps.</summary>
/// <param name="Step">Optimizer step, from 1.</param>
/// <param name="Steps">Steps of the whole training.</param>
/// <param name="Loss">Loss, nats per token.</param>
/// <param name="TokensPerSecond">Speed since the last report.</param>
/// <param name="Remaining">Estimated time to the last step.</param>
public sealed record TrainingProgress(
    int Step, int Steps, double Loss, double TokensPerSecond, TimeSpan Remaining = default);
