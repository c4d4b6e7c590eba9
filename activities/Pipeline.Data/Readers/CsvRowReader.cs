using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Data.Readers;

/// <summary>Reads separated values with a header; every value stays a string.</summary>
internal static class CsvRowReader
{
    private static readonly JsonWriterOptions Writer = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static IEnumerable<SourceRow> Read(
        SourceStream stream, string name, ReaderOptions options, QuarantineLog quarantine)
    {
        var delimiter = Delimiter(stream, name, options);
        string[]? header = null;
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Writer);
        foreach (var record in CsvRecordReader.Read(stream, delimiter, options.MaxRowBytes))
        {
            if (header is null)
            {
                header = Header(record, name);
                continue;
            }

            if (record is { Fields: [{ Length: 0 }], Fault: null }) continue;
            var fault = record.Fault ?? Check(record, header.Length);
            if (fault is { } found)
            {
                quarantine.Add(
                    new QuarantinedRow(name, record.Line, record.Offset, found.Code, found.Reason, Hash(record)));
                continue;
            }

            buffer.ResetWrittenCount();
            writer.Reset();
            writer.WriteStartObject();
            for (var i = 0; i < header.Length; i++) writer.WriteString(header[i], record.Fields[i]);
            writer.WriteEndObject();
            writer.Flush();
            yield return new SourceRow(name, record.Line, record.Offset, buffer.WrittenSpan.ToArray());
        }
    }

    private static string Hash(CsvRecord record) => record.Fields.Count == 0
        ? string.Empty
        : Convert.ToHexStringLower(SHA256.HashData(record.Fields.SelectMany(f => f.Append((byte)0)).ToArray()));

    private static string[] Header(CsvRecord record, string name)
    {
        var header = record.Fields.Select(f => Encoding.UTF8.GetString(f).Trim()).ToArray();
        if (record.Fault is { } fault) throw new DataInputException(fault.Code, $"{name}:1: {fault.Reason}");
        if (header.Any(h => h.Length == 0) || header.Distinct(StringComparer.Ordinal).Count() < header.Length)
        {
            throw new DataInputException(
                "E-ING-HEADER",
                $"{name}:1: the header has empty or repeated names ({string.Join(", ", header).Truncated()}). Name "
                    + $"each column once.");
        }

        return header;
    }

    private static RowFault? Check(CsvRecord record, int columns)
    {
        if (record.Fields.Count != columns)
            return new RowFault("E-ROW-COLUMNS", $"the row has {record.Fields.Count} values, the header {columns}", 0);
        foreach (var field in record.Fields)
        {
            if (!Utf8.IsValid(field)) return new RowFault("E-ROW-UTF8", "a value is not valid UTF-8", 0);
            if (field.AsSpan().Contains((byte)0))
                return new RowFault("E-ROW-NUL", "a value contains the NUL character", 0);
        }

        return null;
    }

    private static byte Delimiter(SourceStream stream, string name, ReaderOptions options)
    {
        if (options.CsvDelimiter is { } given)
            return given < 128 ? (byte)given
                : throw new ArgumentException("the CSV delimiter must be one ASCII character", nameof(options));
        if (name.Contains(".tsv", StringComparison.OrdinalIgnoreCase)) return (byte)'\t';
        var head = stream.Peek(1 << 16);
        var end = head.IndexOf((byte)'\n');
        if (end >= 0) head = head[..end];
        var (best, count) = ((byte)',', head.Count((byte)','));
        foreach (var candidate in ";\t"u8)
        {
            if (head.Count(candidate) > count) (best, count) = (candidate, head.Count(candidate));
        }

        return best;
    }
}
