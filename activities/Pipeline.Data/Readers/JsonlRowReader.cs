using System.Security.Cryptography;

namespace Pipeline.Data.Readers;

/// <summary>Reads JSON Lines.</summary>
internal static class JsonlRowReader
{
    public static IEnumerable<SourceRow> Read(
        SourceStream stream, string name, ReaderOptions options, QuarantineLog quarantine)
    {
        var validator = new RowValidator(options);
        foreach (var line in LineReader.Read(stream, options.MaxRowBytes))
        {
            if (line.TooLong)
            {
                quarantine.Add(
                    new QuarantinedRow(name, line.Number, line.Offset, "E-ROW-SIZE",
                        $"the row is longer than {options.MaxRowBytes} bytes and was skipped", string.Empty));
                continue;
            }

            if (line.Bytes.Span.Trim(" \t"u8).IsEmpty) continue;
            if (validator.Check(line.Bytes) is not { } fault)
            {
                yield return new SourceRow(name, line.Number, line.Offset, line.Bytes);
                continue;
            }

            var reason = line.Terminated ? fault.Reason : fault.Reason
                + "; the last line has no line end: was the file truncated?";
            quarantine.Add(
                new QuarantinedRow(name, line.Number, line.Offset + fault.Offset, fault.Code, reason,
                    Convert.ToHexStringLower(SHA256.HashData(line.Bytes.Span))));
        }
    }
}
