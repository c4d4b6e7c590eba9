namespace Pipeline.Evaluation.Results;

/// <summary>Scores of one task (a subject of a group, or a task of its own), question by question.</summary>
public sealed record TaskResult
{
    /// <summary>Unique name, such as <c>debian_mmlu_purposes</c>.</summary>
    public required string Task { get; init; }

    /// <summary>Name in tables.</summary>
    public string Alias { get; init; } = "";

    /// <summary>Groups that the task belongs to.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Version of the task's definition.</summary>
    public string Version { get; init; } = "1";

    /// <summary>Worked examples in front of each question.</summary>
    public int Shots { get; init; }

    /// <summary>SHA-256 of definition and data.</summary>
    public required string TaskDigest { get; init; }

    /// <summary>SHA-256 over all prompts and continuations in order.</summary>
    public required string PromptDigest { get; init; }

    /// <summary>Questions that the task has.</summary>
    public required int Original { get; init; }

    /// <summary>Questions that were to be asked; fewer than <see cref="Original"/> only under a limit.</summary>
    public required int Effective { get; init; }

    /// <summary>Stable id of each question, in order.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>Score of each question by metric, in the order of <see cref="Ids"/>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> Scores { get; init; }

    /// <summary>Aggregated metrics by name with filter, such as <c>acc,none</c>.</summary>
    public required IReadOnlyDictionary<string, MetricValue> Metrics { get; init; }

    /// <summary>Metrics of which a smaller value is better.</summary>
    public IReadOnlyList<string> LowerIsBetter { get; init; } = [];
}
