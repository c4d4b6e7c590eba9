namespace Pipeline.Evaluation.Harness;

/// <summary>A question as a task asks it.</summary>
public sealed record TaskDocument
{
    /// <summary>Stable id within the task.</summary>
    public required string Id { get; init; }

    /// <summary>The question's text.</summary>
    public required string Text { get; init; }

    /// <summary>The right answer as text, as shown in worked examples.</summary>
    public required string Target { get; init; }

    /// <summary>Choices of a multiple-choice question.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Index of the right choice.</summary>
    public int Gold { get; init; }

    /// <summary>Text whose words and bytes a perplexity counts; the target when null.</summary>
    public string? Counted { get; init; }

    /// <summary>Further accepted answers and notes that a metric may use.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];
}
