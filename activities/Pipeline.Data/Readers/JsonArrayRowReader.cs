using System.Security.Cryptography;

namespace Pipeline.Data.Readers;

/// <summary>
/// Streams the elements of one JSON array without holding it: elements are cut by a byte-level scan, then validated.
/// </summary>
internal static class JsonArrayRowReader
{
    public static IEnumerable<SourceRow> Read(
        SourceStream stream, string name, ReaderOptions options, QuarantineLog quarantine)
    {
        var validator = new RowValidator(options);
        long line = 1;
        var state = 0; // 0 before '[', 1 before an element, 2 after an element, 3 after ']'
        while (true)
        {
            line += SkipWhiteSpace(stream);
            if (stream.Peek(1).IsEmpty) break;
            var next = stream.Buffered[0];
            if (state == 3) throw Fault(name, stream.Offset, "there is text after the end of the array");
            if ((state == 0 && next == '[') || (state == 2 && next == ','))
            {
                state = 1;
                stream.Consume(1);
                continue;
            }

            if (next == ']' && state != 0)
            {
                state = 3;
                stream.Consume(1);
                continue;
            }

            if (state != 1)
                throw Fault(name, stream.Offset,
                    state == 0 ? "the file does not start with '['" : "a comma is missing between two elements");
            var start = stream.Offset;
            var row = Element(stream, options.MaxRowBytes, out var lines, out var complete);
            if (row is null)
            {
                quarantine.Add(
                    new QuarantinedRow(name, line, start, "E-ROW-SIZE",
                        $"the row is longer than {options.MaxRowBytes} bytes and was skipped", string.Empty));
            }
            else if (validator.Check(row) is { } fault)
            {
                var reason = complete ? fault.Reason : fault.Reason + "; the array has no end: was the file truncated?";
                quarantine.Add(
                    new QuarantinedRow(name, line, start + fault.Offset, fault.Code, reason,
                        Convert.ToHexStringLower(SHA256.HashData(row))));
            }
            else
            {
                yield return new SourceRow(name, line, start, row);
            }

            line += lines;
            state = 2;
        }

        if (state != 3) throw Fault(name, stream.Offset, "the array has no end: was the file truncated?");
    }

    private static long SkipWhiteSpace(SourceStream stream)
    {
        long lines = 0;
        while (!stream.Peek(1).IsEmpty && stream.Buffered[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            if (stream.Buffered[0] == '\n') lines++;
            stream.Consume(1);
        }

        return lines;
    }

    private static byte[]? Element(SourceStream stream, int maxBytes, out long lines, out bool complete)
    {
        var (depth, inString, escaped, at, dropped) = (0, false, false, 0, false);
        lines = 0;
        while (true)
        {
            var buffered = stream.Buffered;
            for (; at < buffered.Length; at++)
            {
                var value = buffered[at];
                if (value == '\n') lines++;
                if (inString)
                {
                    if (escaped) escaped = false;
                    else if (value == '\\') escaped = true;
                    else if (value == '"') inString = false;
                    continue;
                }

                if (value == '"') inString = true;
                else if (value is (byte)'{' or (byte)'[') depth++;
                else if (value is (byte)'}' or (byte)']' || (value == ',' && depth == 0))
                {
                    if (depth == 0) return Take(stream, at, dropped, maxBytes, out complete);
                    if (--depth == 0) return Take(stream, at + 1, dropped, maxBytes, out complete);
                }
            }

            if (at > maxBytes)
            {
                dropped = true;
                stream.Consume(at);
                at = 0;
            }

            if (stream.Fill()) continue;
            var rest = Take(stream, at, dropped, maxBytes, out _);
            complete = false;
            return rest;
        }
    }

    private static byte[]? Take(SourceStream stream, int length, bool dropped, int maxBytes, out bool complete)
    {
        var row = dropped || length > maxBytes ? null : stream.Buffered[..length].ToArray();
        stream.Consume(length);
        complete = true;
        return row;
    }

    private static DataInputException Fault(string name, long offset, string what) =>
        new("E-ING-FORMAT", $"{name}: {what} (byte {offset})");
}
