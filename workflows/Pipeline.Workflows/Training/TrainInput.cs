using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Workflows.Training;

/// <summary>Input of a training workflow.</summary>
public sealed record TrainInput
{
    /// <summary>The data set.</summary>
    public required ArtifactRef Dataset { get; init; }

    /// <summary>The base model.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>How to train.</summary>
    public required TrainOptions Train { get; init; }

    /// <summary>Benchmarks that the data set must be decontaminated against; none are asked for when empty.</summary>
    public IReadOnlyList<string> Benchmarks { get; init; } = [];

    /// <summary>Share of the GPU pool that the work counts towards.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Order on a busy GPU pool: 1 is served first, 5 last.</summary>
    public int Priority { get; init; } = 3;

    /// <summary>Workflow that is told about progress; empty tells nobody.</summary>
    public string ProgressWorkflowId { get; init; } = "";
}

/// <summary>Result of a training workflow.</summary>
public sealed record TrainResult
{
    /// <summary>The training that succeeded.</summary>
    public required TrainAdapterResult Training { get; init; }

    /// <summary>The options that it was done with.</summary>
    public required TrainOptions Used { get; init; }

    /// <summary>All attempts.</summary>
    public IReadOnlyList<TrainingAttempt> Attempts { get; init; } = [];
}
