namespace Pipeline.Workflows.Inputs;

/// <summary>How rows become a training set.</summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// Form of the rows: <c>debian-section</c> (the demo task) or <c>auto</c> for the usual training formats.
    /// </summary>
    /// <value>The default is <c>debian-section</c>.</value>
    public string Task { get; init; } = "debian-section";

    /// <summary>Most training rows, a seeded sample; 0 takes all.</summary>
    /// <value>The default is 4,000.</value>
    public int MaxTrainRows { get; init; } = 4000;

    /// <summary>Rehearsal rows that keep what the base knows; 0 takes none.</summary>
    /// <value>The default is 600.</value>
    public int RehearsalRows { get; init; } = 600;

    /// <summary>
    /// Where rehearsal rows come from: <c>replay</c> is the set that ships with the base model, otherwise a JSONL file.
    /// </summary>
    /// <value>The default is <c>replay</c>.</value>
    public string Rehearsal { get; init; } = "replay";

    /// <summary>Most tokens of a row; longer ones are handled by the over-length policy and counted.</summary>
    /// <value>The default is 512.</value>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Held-out rows for the task metric.</summary>
    /// <value>The default is 500.</value>
    public int TestRows { get; init; } = 500;
}
