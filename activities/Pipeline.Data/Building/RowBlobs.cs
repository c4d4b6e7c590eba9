using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>
/// One byte string a row: magic <c>PLBLOBS1</c>, u64 rows, u64 end of each row, then the bytes. Little-endian.
/// </summary>
internal sealed class RowBlobs : IDisposable
{
    private const int HeaderBytes = 16;
    private readonly SafeFileHandle _file;
    private readonly string _path;

    private RowBlobs(SafeFileHandle file, string path, long rows) => (_file, _path, Rows) = (file, path, rows);

    public long Rows { get; }

    private static ReadOnlySpan<byte> Magic => "PLBLOBS1"u8;

    public static DatasetFile Write(string path, IReadOnlyList<byte[]> rows)
    {
        var bytes = new byte[HeaderBytes + (8L * rows.Count) + rows.Sum(r => (long)r.Length)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), rows.Count);
        var (at, end) = (HeaderBytes + (8 * rows.Count), 0L);
        for (var i = 0; i < rows.Count; i++)
        {
            end += rows[i].Length;
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeaderBytes + (8 * i)), end);
            rows[i].CopyTo(bytes, at);
            at += rows[i].Length;
        }

        File.WriteAllBytes(path + ".partial", bytes);
        File.Move(path + ".partial", path, overwrite: true);
        return new DatasetFile(Path.GetFileName(path), bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    public static RowBlobs Open(string path)
    {
        var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (RandomAccess.Read(file, header, 0) == HeaderBytes && header.StartsWith(Magic))
            return new RowBlobs(file, path, BinaryPrimitives.ReadInt64LittleEndian(header[8..]));
        file.Dispose();
        throw new DataInputException(
            "E-SHARD-FORMAT", $"{path}: not a complete file of this version; build the dataset again");
    }

    public byte[] Read(long row)
    {
        Span<byte> ends = stackalloc byte[16];
        var first = row == 0;
        var place = HeaderBytes + (8 * (row - 1));
        if (RandomAccess.Read(_file, first ? ends[8..] : ends, first ? HeaderBytes : place) < (first ? 8 : 16))
            throw Damaged();
        var start = first ? 0 : BinaryPrimitives.ReadInt64LittleEndian(ends);
        var length = BinaryPrimitives.ReadInt64LittleEndian(ends[8..]) - start;
        if (length is < 0 or > int.MaxValue) throw Damaged();
        var bytes = new byte[length];
        return RandomAccess.Read(_file, bytes, HeaderBytes + (8 * Rows) + start) == length ? bytes : throw Damaged();
    }

    public void Dispose() => _file.Dispose();

    private DataInputException Damaged() =>
        new("E-SHARD-FORMAT",
            $"{_path}: the file is damaged; compare its digest with the index and build the dataset again");
}
