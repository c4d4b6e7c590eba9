namespace Pipeline.Workflows.Inputs;

/// <summary>Where the rows come from and how they are cleaned.</summary>
public sealed record DataOptions
{
    /// <summary>
    /// <c>debian</c> (package indexes of the worker's package source), <c>debian-sample</c> (the shipped sample), a
    /// folder, or <c>store:PREFIX</c> for objects of the configured store, also as a pattern
    /// (<c>store:raw/**/*.jsonl</c>: <c>*</c> inside a part of the key, <c>**</c> across parts).
    /// </summary>
    /// <value>The default is <c>debian</c>.</value>
    public string Source { get; init; } = "debian";

    /// <summary>Most rows to take, a seeded sample; 0 takes all.</summary>
    /// <value>The default is 0.</value>
    public int MaxRows { get; init; }

    /// <summary>Seed of every draw in the data stages.</summary>
    /// <value>The default is 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Share of the raw rows that is held out before any cleaning; at least 0.1.</summary>
    /// <value>The default is 0.1.</value>
    public double HoldOut { get; init; } = 0.1;

    /// <summary>Field to draw from in proportion; empty draws from all rows alike.</summary>
    /// <value>The default is <c>section</c>.</value>
    public string StratifyBy { get; init; } = "section";

    /// <summary>Text fields for deduplication; empty takes the text fields of the usual training formats.</summary>
    /// <value>The default is <c>description</c> and <c>long_description</c>.</value>
    public IReadOnlyList<string> TextFields { get; init; } = ["description", "long_description"];

    /// <summary>What happens to personal data: replace, mask, redact or drop.</summary>
    /// <value>The default is <c>replace</c>.</value>
    public string Pii { get; init; } = "replace";

    /// <summary>Jaccard similarity from which two rows are duplicates.</summary>
    /// <value>The default is 0.8.</value>
    public double DedupThreshold { get; init; } = 0.8;

    /// <summary>Length in words of a run shared with an evaluation item that removes a row.</summary>
    /// <value>The default is 8.</value>
    public int DecontaminationNGram { get; init; } = 8;

    /// <summary>
    /// Licence of the rows, as an SPDX expression; empty takes what is known of the source, and an unknown one blocks
    /// the registration.
    /// </summary>
    /// <value>The default is empty.</value>
    public string Licence { get; init; } = "";
}
