namespace Pipeline.Data.Readers;

/// <summary>The container a source's rows come in.</summary>
public enum RowFormat
{
    /// <summary>By the file's name and, where that says nothing, its first bytes.</summary>
    Auto,

    /// <summary>One JSON object a line (JSON Lines).</summary>
    Jsonl,

    /// <summary>One JSON array of objects.</summary>
    Json,

    /// <summary>Comma, semicolon or tab separated values with a header (RFC 4180).</summary>
    Csv,

    /// <summary>Apache Parquet, read through DuckDB.</summary>
    Parquet,

    /// <summary>Plain text, one document a line; every row becomes <c>{"text": …}</c>.</summary>
    Text,
}
