using Pipeline.Data.Stages;

namespace Pipeline.Data.Ingest.Debian;

/// <summary>What a run of <see cref="DebianPackageSource"/> produced.</summary>
public sealed record DebianSourceSummary
{
    /// <summary>Stanzas in, rows out, removals by rule, malformed stanzas; also for each index.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Rows by section, most frequent first.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Sections { get; init; }

    /// <summary>Rows by split.</summary>
    public required IReadOnlyDictionary<DebianSplit, long> Splits { get; init; }

    /// <summary>Rows whose long description was found by Description-md5.</summary>
    public required long WithLongDescription { get; init; }

    /// <summary>Bytes of index files read.</summary>
    public required long SourceBytes { get; init; }

    /// <summary>SHA-256 of the written file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Length of the written file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Index files read, names only, in order.</summary>
    public required IReadOnlyList<string> Files { get; init; }
}
