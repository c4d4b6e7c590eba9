namespace Pipeline.Data.Readers;

/// <summary>Limits and choices of the row readers.</summary>
public sealed record ReaderOptions
{
    /// <summary>The container format.</summary>
    /// <value>Default: <see cref="RowFormat.Auto"/>.</value>
    public RowFormat Format { get; init; } = RowFormat.Auto;

    /// <summary>
    /// Longest accepted row in bytes; a longer one is skipped while streaming and quarantined by reference.
    /// </summary>
    /// <value>Default: 16 MiB.</value>
    public int MaxRowBytes { get; init; } = 16 << 20;

    /// <summary>Deepest accepted nesting of a row.</summary>
    /// <value>Default: 64.</value>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Most bytes that one compressed source may expand to.</summary>
    /// <value>Default: 256 GiB.</value>
    public long MaxExpandedBytes { get; init; } = 256L << 30;

    /// <summary>Highest accepted ratio of expanded to compressed bytes, judged after the first MiB.</summary>
    /// <value>Default: 200.</value>
    public double MaxCompressionRatio { get; init; } = 200;

    /// <summary>Whether integers beyond ±2^53, which lose digits as a double, are refused as well.</summary>
    /// <value>Default: false; integers beyond 64 bits and numbers that overflow a double always are.</value>
    public bool RefuseInexactIntegers { get; init; }

    /// <summary>
    /// Separator of a CSV source; null takes tab for <c>.tsv</c> and otherwise the header's most frequent of <c>, ;
    /// tab</c>.
    /// </summary>
    public char? CsvDelimiter { get; init; }
}
