namespace Pipeline.Data.Building;

/// <summary>
/// How rows leave the training set for validation and test. Rows of one near-duplicate cluster never come to lie in two
/// parts. Rehearsal rows are not divided.
/// </summary>
public sealed record DatasetSplit
{
    /// <summary>Parts besides the training set; each becomes a dataset in a folder of its name.</summary>
    internal static readonly string[] Parts = ["validation", "test"];

    /// <summary>
    /// JSONL files whose row ids are the validation part, as the split stage writes them; with any list nothing is
    /// drawn.
    /// </summary>
    public IReadOnlyList<string> ValidationIds { get; init; } = [];

    /// <summary>JSONL files whose row ids are the test part, as the holdout and split stages write them.</summary>
    public IReadOnlyList<string> TestIds { get; init; } = [];

    /// <summary>
    /// Lists of the dedup stage (<c>removed.jsonl</c>): <c>id</c> lies in the cluster of <c>repeats</c>.
    /// </summary>
    public IReadOnlyList<string> Clusters { get; init; } = [];

    /// <summary>Share of the clusters for validation when no ids are listed, from 0.</summary>
    /// <value>Default: 0.05.</value>
    public double Validation { get; init; } = 0.05;

    /// <summary>
    /// Share of the clusters for the test when no ids are listed, from 0; both shares together stay below 1.
    /// </summary>
    /// <value>Default: 0.</value>
    public double Test { get; init; }

    /// <summary>Field of the rows whose values are drawn from in proportion; null draws from all rows alike.</summary>
    public string? StratifyBy { get; init; }

    /// <summary>Files that decide the split, for digests and existence checks.</summary>
    internal IEnumerable<string> Files => [.. ValidationIds, .. TestIds, .. Clusters];
}
