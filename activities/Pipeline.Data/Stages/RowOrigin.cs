using System.Text.Json;

namespace Pipeline.Data.Stages;

/// <summary>Reads from the <c>_id</c> of a row, <c>KEY:LINE</c> as ingest writes it, where it came from.</summary>
internal static class RowOrigin
{
    /// <summary>The key of the object, UTF-8; empty when the row has no <c>_id</c> of that form.</summary>
    /// <remarks>
    /// Ingest puts the id first, so only the first field is looked at: that costs nothing beside the parsing of the
    /// row, and what is broken behind it does not matter. An <c>_id</c> elsewhere is the row's own.
    /// </remarks>
    public static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> row)
    {
        var id = IdOf(row);
        return id.LastIndexOf((byte)':') is > 0 and var colon && colon + 1 < id.Length
            && !id[(colon + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9') ? id[..colon] : default;
    }

    private static ReadOnlySpan<byte> IdOf(ReadOnlySpan<byte> row)
    {
        var start = "{\"_id\":\""u8;
        if (row.StartsWith(start) && row[start.Length..] is var id
            && id.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var end && id[end] == '"')
        {
            return id[..end];
        }

        return row.Length > 1 && row[0] == '{' && row[1..].TrimStart(" \t"u8).StartsWith("\"_id\""u8)
            ? Parse(row) : default;
    }

    /// <summary>For spaces between the tokens, and for ids with escapes.</summary>
    private static ReadOnlySpan<byte> Parse(ReadOnlySpan<byte> row)
    {
        try
        {
            var reader = new Utf8JsonReader(row);
            if (!reader.Read() || !reader.Read() || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                return default;
            }

            var id = new byte[reader.ValueSpan.Length];
            return id.AsSpan(0, reader.CopyString(id));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return default; // broken before the end of its id, or an id that is not UTF-8
        }
    }
}
