using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>Reads single rows of a token shard by position; safe for concurrent use.</summary>
public sealed class TokenShardReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly int _idBytes;
    private readonly long _sequences;

    private TokenShardReader(SafeFileHandle file, string path, long rows, long tokens, long sequences, int idBytes) =>
        (_file, _path, Rows, Tokens, _sequences, _idBytes) = (file, path, rows, tokens, sequences, idBytes);

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Number of tokens of all rows.</summary>
    public long Tokens { get; }

    /// <summary>Opens a shard and checks its header against the file's size.</summary>
    /// <param name="path">A file written by <see cref="TokenShardWriter"/>.</param>
    /// <returns>The reader.</returns>
    /// <exception cref="DataInputException">It is not a complete shard of this version
    /// (<c>E-SHARD-FORMAT</c>).</exception>
    public static TokenShardReader Open(string path)
    {
        var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        Span<byte> header = stackalloc byte[ShardLayout.HeaderBytes];
        var size = RandomAccess.GetLength(file);
        var complete = size >= header.Length && RandomAccess.Read(file, header, 0) == header.Length;
        var idBytes = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        var (rows, tokens, sequences) = (BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]), BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
        var valid = complete && header.StartsWith(ShardLayout.Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == ShardLayout.Version && idBytes is 2 or 4
            && rows >= 0 && tokens >= 0 && sequences >= 0 && rows <= size && tokens <= size && sequences <= size
            && ShardLayout.Total(rows, sequences, tokens, idBytes) == size;
        if (valid) return new TokenShardReader(file, path, rows, tokens, sequences, idBytes);
        file.Dispose();
        throw new DataInputException("E-SHARD-FORMAT",
            $"{path}: not a complete token shard of version {ShardLayout.Version}; build the dataset again");
    }

    /// <summary>Reads one row.</summary>
    /// <param name="row">0-based row.</param>
    /// <returns>Ids, labels and the lengths of the sequences in it.</returns>
    /// <exception cref="DataInputException">The shard is damaged (<c>E-SHARD-FORMAT</c>).</exception>
    public TokenRow Read(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        var (start, end) = Range(ShardLayout.TokenOffsets, row, Tokens);
        var (first, last) = Range(ShardLayout.SequenceOffsets(Rows), row, _sequences);
        var lengths = Section(ShardLayout.SequenceLengths(Rows) + (4 * first), 4 * (last - first));
        var ids = Section(ShardLayout.Ids(Rows, _sequences) + (_idBytes * start), _idBytes * (end - start));
        var maskStart = start / 8;
        var mask =
            Section(ShardLayout.Mask(Rows, _sequences, Tokens, _idBytes) + maskStart, ((end + 7) / 8) - maskStart);
        var result = new TokenRow(new int[end - start], new int[end - start], new int[last - first]);
        for (var i = 0; i < result.InputIds.Length; i++)
        {
            var id = _idBytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(ids.AsSpan(2 * i))
                : BinaryPrimitives.ReadInt32LittleEndian(ids.AsSpan(4 * i));
            var bit = start + i - (8 * maskStart);
            result.InputIds[i] = id;
            result.Labels[i] = (mask[bit >> 3] >> (int)(bit & 7) & 1) != 0 ? id : TokenRow.Ignored;
        }

        // given above
        for (var i = 0; i < last - first; i++)
            result.SequenceLengths![i] = BinaryPrimitives.ReadInt32LittleEndian(lengths.AsSpan(4 * i));
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private (long Start, long End) Range(long section, long row, long limit)
    {
        var bytes = Section(section + (8 * row), 16);
        var (start, end) =
            (BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)));
        return start >= 0 && start <= end && end <= limit && end - start <= int.MaxValue
            ? (start, end) : throw Damaged();
    }

    private byte[] Section(long offset, long length)
    {
        var bytes = new byte[length];
        return RandomAccess.Read(_file, bytes, offset) == length ? bytes : throw Damaged();
    }

    private DataInputException Damaged() =>
        new("E-SHARD-FORMAT",
            $"{_path}: the shard is damaged; compare its digest with the index and build the dataset again");
}
