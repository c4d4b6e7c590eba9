namespace Pipeline.Data.Readers;

/// <summary>One record of a CSV source.</summary>
/// <param name="Line">1-based line it starts on.</param>
/// <param name="Offset">Byte offset of its first byte.</param>
/// <param name="Fields">Unquoted values.</param>
/// <param name="Fault">What is wrong, or null.</param>
internal sealed record CsvRecord(long Line, long Offset, IReadOnlyList<byte[]> Fields, RowFault? Fault);

/// <summary>Cuts a CSV source into records (RFC 4180: quotes doubled, line ends allowed inside quotes).</summary>
internal static class CsvRecordReader
{
    public static IEnumerable<CsvRecord> Read(SourceStream stream, byte delimiter, int maxBytes)
    {
        long line = 1;
        while (!stream.Peek(1).IsEmpty)
        {
            var (offset, first) = (stream.Offset, line);
            var record = Record(stream, delimiter, maxBytes, ref line);
            yield return record with { Line = first, Offset = offset };
        }
    }

    private static CsvRecord Record(SourceStream stream, byte delimiter, int maxBytes, ref long line)
    {
        var fields = new List<byte[]>();
        var field = new List<byte>();
        var (quoted, wasQuoted, size, tooLong) = (false, false, 0L, false);
        RowFault? fault = null;
        while (true)
        {
            if (stream.Buffered.IsEmpty && !stream.Fill())
            {
                if (quoted) fault = new RowFault("E-ROW-CSV", "a quoted value has no end: was the file truncated?", 0);
                break;
            }

            var value = stream.Buffered[0];
            stream.Consume(1);
            size++;
            if (value == '\n') line++;
            if (size > maxBytes && !tooLong)
            {
                tooLong = true;
                field.Clear();
            }

            if (quoted)
            {
                if (value != '"') AddTo(field, value, tooLong);
                else if (stream.Peek(1).StartsWith("\""u8))
                {
                    stream.Consume(1);
                    AddTo(field, value, tooLong);
                }
                else quoted = false;
                continue;
            }

            if (value == '\n') break;
            if (value == delimiter)
            {
                fields.Add([.. field]);
                field.Clear();
                wasQuoted = false;
            }
            else if (value == '"' && field.Count == 0 && !wasQuoted) (quoted, wasQuoted) = (true, true);
            else if (value == '\r' && (stream.Peek(1).IsEmpty || stream.Buffered[0] == '\n'))
            {
            }
            else if (wasQuoted) fault = new RowFault("E-ROW-CSV", "there is text after a closing quote", 0);
            else AddTo(field, value, tooLong);
        }

        fields.Add([.. field]);
        if (tooLong) fault = new RowFault("E-ROW-SIZE", $"the row is longer than {maxBytes} bytes and was skipped", 0);
        return new CsvRecord(0, 0, tooLong ? [] : fields, fault);
    }

    private static void AddTo(List<byte> field, byte value, bool tooLong)
    {
        if (!tooLong) field.Add(value);
    }
}
