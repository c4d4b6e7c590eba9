using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Ingest;

/// <summary>
/// Writes a row on one line, with a first field <c>_id</c> that says where it came from: <c>KEY:LINE</c>.
/// </summary>
internal static class RowIdentity
{
    public static void Write(AtomicFile output, SourceRow row)
    {
        var json = row.Utf8.Span;
        if (HasIdentity(json))
        {
            WriteOneLine(output, json);
            return;
        }

        var body = json[(json.IndexOf((byte)'{') + 1)..];
        output.Write("{\"_id\":"u8);
        output.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize($"{row.File}:{row.Line}")));
        output.Write(body.TrimStart(" \t\r\n"u8).StartsWith("}"u8) ? default : ","u8);
        WriteOneLine(output, body);
    }

    // Line ends inside a row can only be white space between tokens; the readers refuse them in strings.
    private static void WriteOneLine(AtomicFile output, ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var at)
        {
            output.Write(json[..at]);
            output.Write(" "u8);
            json = json[(at + 1)..];
        }

        output.Write(json);
    }

    private static bool HasIdentity(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\"_id\""u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1
                && reader.ValueTextEquals("_id"u8))
            {
                return true;
            }
        }

        return false;
    }
}
