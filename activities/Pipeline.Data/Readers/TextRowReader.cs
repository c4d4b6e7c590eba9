using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Data.Readers;

/// <summary>Reads plain text: one document a line, empty lines skipped.</summary>
internal static class TextRowReader
{
    private static readonly JsonWriterOptions Writer = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static IEnumerable<SourceRow> Read(
        SourceStream stream, string name, ReaderOptions options, QuarantineLog quarantine)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Writer);
        foreach (var line in LineReader.Read(stream, options.MaxRowBytes))
        {
            if (line.TooLong)
            {
                quarantine.Add(
                    new QuarantinedRow(name, line.Number, line.Offset, "E-ROW-SIZE",
                        $"the line is longer than {options.MaxRowBytes} bytes and was skipped", string.Empty));
                continue;
            }

            if (line.Bytes.Span.Trim(" \t"u8).IsEmpty) continue;
            if (!Utf8.IsValid(line.Bytes.Span) || line.Bytes.Span.Contains((byte)0))
            {
                quarantine.Add(
                    new QuarantinedRow(
                        name, line.Number, line.Offset, "E-ROW-UTF8", "the line is not valid UTF-8 or contains NUL",
                        Convert.ToHexStringLower(SHA256.HashData(line.Bytes.Span))));
                continue;
            }

            yield return new SourceRow(name, line.Number, line.Offset, Wrap(line.Bytes.Span, buffer, writer));
        }
    }

    private static byte[] Wrap(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
