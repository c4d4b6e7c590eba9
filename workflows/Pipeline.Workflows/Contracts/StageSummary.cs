namespace Pipeline.Workflows.Contracts;

/// <summary>What a stage did, small enough for a history: counts and one sentence, never rows.</summary>
public sealed record StageSummary
{
    /// <summary>One sentence for people.</summary>
    public string Text { get; init; } = "";

    /// <summary>
    /// Rows in, rows out, and rows removed by rule (<c>removed.RULE</c>) or quarantined; other counts by name.
    /// </summary>
    public IReadOnlyDictionary<string, double> Counts { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether an earlier run had finished the same work.</summary>
    public bool Cached { get; init; }

    /// <summary>Wall time of the work itself, not of waiting for a slot; zero for a cache hit.</summary>
    public TimeSpan Duration { get; init; }
}
