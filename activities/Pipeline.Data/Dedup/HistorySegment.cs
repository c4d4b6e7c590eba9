using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Data.Dedup;

/// <summary>
/// An immutable file with the exact keys, band keys, ids and shingles of the rows that one run kept. New batches are
/// joined with it by merging sorted keys, so that only matched documents are read.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic; settings (JSON with a 4-byte length); documents (4-byte id length, id, 4-byte count,
/// 32-bit shingle hashes ascending); document offsets (8 bytes each); exact keys, then band keys (12-byte records,
/// sorted); footer of four 8-byte numbers: documents, offset of the offsets, exact keys, band keys.
/// </remarks>
internal sealed class HistorySegment : IDisposable
{
    public static readonly byte[] Magic = "PDEDUP01"u8.ToArray();
    private readonly SafeFileHandle _file;
    private readonly long _offsets;
    private readonly long _exact;
    private readonly long _bands;

    public HistorySegment(string path, DedupOptions options)
    {
        (FilePath, Name) = (path, Path.GetFileName(path));
        _file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(_file);
        Span<byte> head = stackalloc byte[12];
        Span<byte> footer = stackalloc byte[32];
        if (length < 44 || Fill(head, 0) < 12 || Fill(footer, length - 32) < 32 || !head[..8].SequenceEqual(Magic))
        {
            _file.Dispose();
            throw new InvalidDataException(
                $"{path} is not a dedup segment; remove it from the history or build it again");
        }

        var settings = new byte[BinaryPrimitives.ReadInt32LittleEndian(head[8..])];
        Fill(settings, 12);
        if (Encoding.UTF8.GetString(settings) is var found && found != Settings(options))
        {
            _file.Dispose();
            throw new InvalidDataException(
                $"{path} was built with other settings ({found}) than this run ({Settings(options)}); use the same or "
                    + $"build the history again");
        }

        Documents = BinaryPrimitives.ReadInt64LittleEndian(footer);
        _offsets = BinaryPrimitives.ReadInt64LittleEndian(footer[8..]);
        _exact = BinaryPrimitives.ReadInt64LittleEndian(footer[16..]);
        _bands = BinaryPrimitives.ReadInt64LittleEndian(footer[24..]);
        if (_offsets < 12 || _exact != _offsets + (Documents * 8) || _bands < _exact || length - 32 < _bands)
        {
            _file.Dispose();
            throw new InvalidDataException(
                $"{path} is damaged: its sections do not fit its length; restore it from the object store");
        }

        BandRecords = (length - 32 - _bands) / SpillSorter.RecordBytes;
    }

    public string FilePath { get; }

    public string Name { get; }

    public long Documents { get; }

    private long BandRecords { get; }

    /// <summary>The settings that two runs must share for their keys to be comparable.</summary>
    public static string Settings(DedupOptions options) => JsonSerializer.Serialize(new
    {
        shingles = options.Shingles.ToString(),
        options.ShingleSize,
        hash = options.Hash == ShingleHash.Fast ? "Fast/2" : options.Hash.ToString(),
        options.Seed,
        options.Bands.Bands,
        options.Bands.Rows,
    });

    public IEnumerable<(ulong Key, int Item)> ExactKeys() =>
        SpillSorter.ReadRun(FilePath, _exact, (_bands - _exact) / SpillSorter.RecordBytes);

    public IEnumerable<(ulong Key, int Item)> BandKeys() => SpillSorter.ReadRun(FilePath, _bands, BandRecords);

    public (string Id, uint[] Shingles) Document(int number)
    {
        Span<byte> place = stackalloc byte[8];
        Fill(place, _offsets + (number * 8L));
        var at = BinaryPrimitives.ReadInt64LittleEndian(place);
        Fill(place[..4], at);
        var id = new byte[BinaryPrimitives.ReadInt32LittleEndian(place)];
        Fill(id, at + 4);
        Fill(place[..4], at + 4 + id.Length);
        var bytes = new byte[4 * BinaryPrimitives.ReadInt32LittleEndian(place)];
        Fill(bytes, at + 8 + id.Length);
        var shingles = new uint[bytes.Length / 4];
        for (var i = 0; i < shingles.Length; i++)
        {
            shingles[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i));
        }

        return (Encoding.UTF8.GetString(id), shingles);
    }

    /// <summary>Shingle hashes cut to 32 bits, ascending and distinct.</summary>
    public static uint[] Cut(ReadOnlySpan<ulong> shingles)
    {
        var cut = new uint[shingles.Length];
        for (var i = 0; i < cut.Length; i++)
        {
            cut[i] = (uint)shingles[i];
        }

        Array.Sort(cut);
        return [.. cut.Distinct()];
    }

    public static double Similarity(uint[] left, uint[] right)
    {
        var (i, j, common) = (0, 0, 0);
        while (i < left.Length && j < right.Length)
        {
            var (a, b) = (left[i], right[j]);
            common += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }

        var union = left.Length + right.Length - common;
        return union == 0 ? 0 : (double)common / union;
    }

    public void Dispose() => _file.Dispose();

    private int Fill(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(_file, buffer[total..], offset + total) is > 0 and var read)
        {
            total += read;
        }

        return total;
    }
}
