using System.Text.Json;

namespace Pipeline.Data.Readers;

/// <summary>One accepted row: a strict JSON object and where it came from.</summary>
/// <param name="File">Name of the source, as given.</param>
/// <param name="Line">1-based line the row starts on; for Parquet the 1-based row number.</param>
/// <param name="ByteOffset">0-based offset of the row in the expanded source; -1 for Parquet.</param>
/// <param name="Utf8">The row's bytes: a JSON object, checked for UTF-8, duplicate keys, depth and number
/// ranges.</param>
public sealed record SourceRow(string File, long Line, long ByteOffset, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>The row's name in messages and reports: <c>file:line</c>.</summary>
    public string Id => $"{File}:{Line}";

    /// <summary>Parses the row.</summary>
    /// <returns>A document the caller disposes.</returns>
    public JsonDocument Parse() => JsonDocument.Parse(Utf8, new JsonDocumentOptions { MaxDepth = 256 });
}
