using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Harness;

/// <summary>A task: its questions, how they are asked and how answers are scored.</summary>
public sealed record EvaluationTask
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>Name in tables.</summary>
    public string Alias { get; init; } = "";

    /// <summary>Groups that the task belongs to, outermost last.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Version; results of different versions are never compared.</summary>
    public string Version { get; init; } = "1.0";

    /// <summary>What is asked of the model.</summary>
    public required OutputType Output { get; init; }

    /// <summary>Text before everything else; goes into the system message of a chat.</summary>
    public string Description { get; init; } = "";

    /// <summary>Stands between question and answer, and before each choice.</summary>
    public string TargetDelimiter { get; init; } = " ";

    /// <summary>Stands after each worked example.</summary>
    public string ExampleDelimiter { get; init; } = "\n\n";

    /// <summary>Worked examples that the task asks for; overridden by the run's options.</summary>
    public int Shots { get; init; }

    /// <summary>Worked examples in the order in which they are shown.</summary>
    public IReadOnlyList<TaskDocument> Examples { get; init; } = [];

    /// <summary>The questions.</summary>
    public required IReadOnlyList<TaskDocument> Questions { get; init; }

    /// <summary>End of generated answers.</summary>
    public GenerationSettings Generation { get; init; } = new([]);

    /// <summary>Ways to take the answer out of generated text; each is scored.</summary>
    public IReadOnlyList<FilterPipeline> Filters { get; init; } = [FilterPipeline.None];

    /// <summary>Metrics to report.</summary>
    public required IReadOnlyList<TaskMetric> Metrics { get; init; }

    /// <summary>Whether questions are always asked as a chat, whatever the run's options say.</summary>
    public bool Chat { get; init; }

    /// <summary>Whether answers are scored but not written down, because they may hold secrets.</summary>
    public bool WithholdsAnswers { get; init; }

    /// <summary>
    /// Settings that are not visible in the questions but change scores, such as patterns; part of the digest.
    /// </summary>
    public string Settings { get; init; } = "";

    /// <summary>SHA-256 of definition and questions.</summary>
    public string Digest => _digest ??= ComputeDigest();

    private string? _digest;

    private string ComputeDigest()
    {
        IEnumerable<string> parts =
        [
            "task/1", Name, Version, Output.ToString(), Description, TargetDelimiter, ExampleDelimiter, Chat
                ? "chat" : "text", Settings,
            string.Join('\n', Generation.Until), Generation.MaxTokens.ToString(),
            string.Join(',', Filters.Select(filter => filter.Name)),
            string.Join(',', Metrics.Select(metric => metric.Name)),
        ];
        return Files.Digest(parts.Concat(Examples.Append(null).Concat(Questions).SelectMany(Parts)));
    }

    private static IEnumerable<string> Parts(TaskDocument? document) =>
        document is null
            ? ["questions"]
            : [document.Id, document.Text, document.Target, .. document.Choices, document.Gold.ToString(),
                document.Counted ?? "", .. document.Accepted];
}
