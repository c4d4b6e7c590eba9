namespace Pipeline.Evaluation.Reports;

/// <summary>A recorded run for the comparison of methods; what was not measured stays null.</summary>
public sealed record MethodRun
{
    /// <summary>Method, such as <c>LoRA</c>, <c>QLoRA</c>, <c>DoRA</c> or <c>full</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Trainable parameters.</summary>
    public long? TrainableParameters { get; init; }

    /// <summary>Training time.</summary>
    public TimeSpan? TrainingTime { get; init; }

    /// <summary>Bytes of the files that are stored for it.</summary>
    public long? StoredBytes { get; init; }

    /// <summary>Largest memory during training.</summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>Generated tokens a second.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Right answers and questions of the task.</summary>
    public (int Right, int Questions)? Task { get; init; }

    /// <summary>Change of the knowledge benchmark in points.</summary>
    public double? KnowledgeChange { get; init; }
}
