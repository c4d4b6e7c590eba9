namespace Pipeline.Evaluation.Harness;

/// <summary>How questions are put, apart from the task itself.</summary>
public sealed record PromptOptions
{
    /// <summary>Worked examples; null takes the task's own number. A task that has none is asked without.</summary>
    public int? Shots { get; init; }

    /// <summary>
    /// Seed that draws the worked examples of each question anew; null takes the first ones, as comparisons need.
    /// </summary>
    public long? ShotSeed { get; init; }

    /// <summary>Whether questions go through the model's chat template.</summary>
    public bool ChatTemplate { get; init; }

    /// <summary>Whether worked examples are turns of their own in a chat rather than one text.</summary>
    public bool ExamplesAsTurns { get; init; }

    /// <summary>System message; with a chat template, or before the description.</summary>
    public string SystemInstruction { get; init; } = "";

    /// <summary>Questions of each task at most; null asks all.</summary>
    public int? Limit { get; init; }

    internal int ShotsOf(EvaluationTask task) => task is { Shots: 0, Examples.Count: 0 } ? 0 : Shots ?? task.Shots;
}
