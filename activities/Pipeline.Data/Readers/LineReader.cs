namespace Pipeline.Data.Readers;

/// <summary>One line of a source.</summary>
/// <param name="Number">1-based.</param>
/// <param name="Offset">Byte offset of its first byte.</param>
/// <param name="Bytes">Its own copy of the bytes without LF or CR LF; empty when too long.</param>
/// <param name="Terminated">Whether a line end followed.</param>
/// <param name="TooLong">Whether it was longer than allowed and skipped.</param>
internal readonly record struct Line(
    long Number, long Offset, ReadOnlyMemory<byte> Bytes, bool Terminated, bool TooLong);

/// <summary>Cuts a source into lines with bounded memory.</summary>
internal static class LineReader
{
    public static IEnumerable<Line> Read(SourceStream stream, int maxBytes)
    {
        for (long number = 1; ; number++)
        {
            var start = stream.Offset;
            var tooLong = false;
            var scanned = 0;
            int end;
            while ((end = stream.Buffered[scanned..].IndexOf((byte)'\n')) < 0)
            {
                scanned = stream.Buffered.Length;
                if (scanned > maxBytes)
                {
                    tooLong = true;
                    stream.Consume(scanned);
                    scanned = 0;
                }

                if (!stream.Fill()) break;
            }

            if (end < 0 && scanned == 0 && !tooLong) yield break;
            var terminated = end >= 0;
            var length = terminated ? scanned + end : scanned;
            tooLong |= length > maxBytes;
            yield return new Line(
                number, start, tooLong ? default : Copy(stream.Buffered[..length]), terminated, tooLong);
            stream.Consume(terminated ? length + 1 : length);
            if (!terminated) yield break;
        }
    }

    private static ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> line) =>
        (line.Length > 0 && line[^1] == '\r' ? line[..^1] : line).ToArray();
}
