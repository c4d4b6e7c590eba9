using System.Text.Json;

namespace Pipeline.Data.Stages;

/// <summary>Reads from a row's <c>_id</c>, <c>KEY:LINE</c> as ingest writes it, which object the row came from.</summary>
internal static class RowOrigin
{
    /// <summary>The key of the object, UTF-8; empty when the row has no <c>_id</c> of that form.</summary>
    /// <remarks>A row is looked at as far as its <c>_id</c>, so what is broken behind it does not matter.</remarks>
    public static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> row)
    {
        var id = IdOf(row);
        return id.LastIndexOf((byte)':') is > 0 and var colon && colon + 1 < id.Length
            && !id[(colon + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9') ? id[..colon] : default;
    }

    private static ReadOnlySpan<byte> IdOf(ReadOnlySpan<byte> row)
    {
        // As ingest writes it: the first field, and nothing between the tokens.
        var start = "{\"_id\":\""u8;
        if (row.StartsWith(start) && row[start.Length..] is var id
            && id.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var end && id[end] == '"')
        {
            return id[..end];
        }

        return row.IndexOf("\"_id\""u8) < 0 ? default : Parse(row);
    }

    private static ReadOnlySpan<byte> Parse(ReadOnlySpan<byte> row)
    {
        try
        {
            var reader = new Utf8JsonReader(row, new JsonReaderOptions { MaxDepth = 64 });
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1
                    || !reader.ValueTextEquals("_id"u8))
                {
                    continue;
                }

                if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                {
                    return default;
                }

                var id = new byte[reader.ValueSpan.Length];
                return id.AsSpan(0, reader.CopyString(id));
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Broken before its id, or an id that is not UTF-8: the row counts for the file where it stands.
        }

        return default;
    }
}
