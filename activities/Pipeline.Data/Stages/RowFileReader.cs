using System.Security.Cryptography;

namespace Pipeline.Data.Stages;

/// <summary>
/// Streams the lines of canonical JSONL files: UTF-8, one row a line, LF or CRLF. Memory is bounded by the longest row.
/// </summary>
/// <param name="files">Paths.</param>
/// <param name="maxRowBytes">Longest row.</param>
/// <param name="digest">Whether <see cref="Digests"/> are wanted.</param>
internal sealed class RowFileReader(
    IReadOnlyList<string> files, int maxRowBytes = RowFileReader.DefaultMaxRowBytes, bool digest = false)
{
    public const int DefaultMaxRowBytes = 16 << 20;

    // What was read is still in the second-level cache when the rows are looked at.
    private const int BufferBytes = 1 << 18;

    /// <summary>SHA-256 of each file that was read to its end, in order.</summary>
    public List<byte[]> Digests { get; } = [];

    public long BytesRead { get; private set; }

    public long TotalBytes { get; } = files.Sum(Length);

    /// <summary>Empty lines are skipped; a line above the limit comes as an empty <see cref="RowLine.Utf8"/>.</summary>
    public IEnumerable<RowLine> Read()
    {
        for (var file = 0; file < files.Count; file++)
        {
            foreach (var line in ReadFile(file))
            {
                yield return line;
            }
        }
    }

    private static long Length(string path) => File.Exists(path)
        ? new FileInfo(path).Length
        : throw new FileNotFoundException($"there is no file '{path}'", path);

    private IEnumerable<RowLine> ReadFile(int file)
    {
        using var stream =
            new FileStream(files[file], FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        using var hash = digest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var buffer = new byte[BufferBytes];
        var (start, end, number, offset, oversize) = (0, 0, 0L, 0L, false);
        while (true)
        {
            var newline = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                number++;
                var line = Trim(buffer, start, newline, offset);
                if (oversize || !line.IsEmpty)
                {
                    yield return new RowLine(oversize ? default : line, file, number, offset);
                }

                (oversize, offset, start) = (false, offset + newline + 1, start + newline + 1);
                continue;
            }

            if (end - start > maxRowBytes)
            {
                oversize = true;
                (offset, start, end) = (offset + end - start, 0, 0);
            }
            else if (start > 0 || end == buffer.Length)
            {
                buffer.AsSpan(start, end - start).CopyTo(Larger(ref buffer, start, end));
                (start, end) = (0, end - start);
            }

            var read = stream.Read(buffer, end, buffer.Length - end);
            BytesRead += read;
            hash?.AppendData(buffer, end, read);
            if (read == 0)
            {
                if (hash is not null)
                {
                    Digests.Add(hash.GetHashAndReset());
                }

                var rest = Trim(buffer, start, end - start, offset);
                if (oversize || !rest.IsEmpty)
                {
                    yield return new RowLine(oversize ? default : rest, file, number + 1, offset);
                }

                yield break;
            }

            end += read;
        }
    }

    /// <summary>The array to move the open line to: the same one, or a doubled one when the line fills it.</summary>
    private static Span<byte> Larger(ref byte[] buffer, int start, int end)
    {
        var old = buffer;
        if (start == 0 && end == buffer.Length)
        {
            buffer = new byte[buffer.Length * 2];
            old.CopyTo(buffer, 0);
        }

        return buffer;
    }

    private static ReadOnlyMemory<byte> Trim(byte[] buffer, int start, int length, long offset)
    {
        if (offset == 0 && length >= 3 && buffer.AsSpan(start, 3).SequenceEqual((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            (start, length) = (start + 3, length - 3);
        }

        while (length > 0 && buffer[start + length - 1] is (byte)'\r' or (byte)' ' or (byte)'\t')
        {
            length--;
        }

        return buffer.AsMemory(start, length);
    }
}
