using Pipeline.Data.Readers;

namespace Pipeline.Data.Ingest;

/// <summary>Which objects are taken in, and how their rows are read.</summary>
public sealed record IngestOptions
{
    /// <summary>Start of the keys.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Pattern of the keys behind the prefix, see <see cref="GlobPattern"/>.</summary>
    /// <value>All.</value>
    public string Glob { get; init; } = "**";

    /// <summary>Only objects behind this marker, from the manifest of an earlier run; null takes all.</summary>
    public IngestMarker? Since { get; init; }

    /// <summary>Format and limits of the readers.</summary>
    public ReaderOptions Reader { get; init; } = new();

    /// <summary>Most rows that may be set aside over all objects.</summary>
    /// <value>1,000</value>
    public int QuarantineBudget { get; init; } = 1000;

    /// <summary>Highest share of rows that may be set aside over all objects.</summary>
    /// <value>1 %</value>
    public double QuarantineShare { get; init; } = 0.01;

    /// <summary>Objects in work at once; the result does not depend on it.</summary>
    /// <value>4</value>
    public int Concurrency { get; init; } = 4;
}
