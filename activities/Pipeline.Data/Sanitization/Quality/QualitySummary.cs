using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>A run of three words that many rows of one source share and hardly any other row has; advisory.</summary>
/// <param name="Words">The words.</param>
/// <param name="Source">The source.</param>
/// <param name="Rows">Rows of that source with it; at least so many.</param>
public sealed record SpikeReport(string Words, string Source, int Rows);

/// <summary>What a quality run found.</summary>
public sealed record QualitySummary
{
    /// <summary>
    /// Rows in, out, removed by rule (<c>quality:RULE</c>, <c>quality:FIELD:RULE</c>, <c>source-cap</c>), set aside;
    /// also for each object.
    /// </summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Rows by source, those of the largest hundred sources.</summary>
    public required IReadOnlyDictionary<string, long> Sources { get; init; }

    /// <summary>
    /// Rows with something that speaks to a model or a gate instead of teaching it, by detector; they are kept.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Advisories { get; init; }

    /// <summary>
    /// Possible triggers; the rows are kept. A trigger in fewer rows, or in other words each time, is not found.
    /// </summary>
    public required IReadOnlyList<SpikeReport> Spikes { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
