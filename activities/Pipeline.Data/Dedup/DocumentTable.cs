using Microsoft.Win32.SafeHandles;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Where each document lies and what its exact key is: 20 bytes a document stay in memory, the text does not.
/// </summary>
internal sealed class DocumentTable : IDisposable
{
    private readonly SafeFileHandle[] _files;
    private long[] _places = new long[1024];
    private int[] _lengths = new int[1024];
    private ulong[] _keys = new ulong[1024];

    public DocumentTable(IReadOnlyList<string> files)
    {
        _files = [.. files.Select(file => File.OpenHandle(file))];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_files.Length, ushort.MaxValue, nameof(files));
    }

    public int Count { get; private set; }

    public int Add(RowLine row, ulong key)
    {
        if (Count == _places.Length)
        {
            Array.Resize(ref _places, Count * 2);
            Array.Resize(ref _lengths, Count * 2);
            Array.Resize(ref _keys, Count * 2);
        }

        _places[Count] = ((long)row.File << 48) | row.Offset;
        (_lengths[Count], _keys[Count]) = (row.Utf8.Length, key);
        return Count++;
    }

    /// <summary>The first 64 bits of the SHA-256 over the normalised text.</summary>
    public ulong Key(int document) => _keys[document];

    /// <summary>File index in the high 16 bits, byte offset below.</summary>
    public long Place(int document) => _places[document];

    public void Read(int document, ByteBuffer buffer)
    {
        buffer.Clear();
        var (file, offset) = (_files[_places[document] >> 48], _places[document] & 0xFFFF_FFFF_FFFF);
        while (buffer.Length < _lengths[document])
        {
            var wanted = _lengths[document] - buffer.Length;
            var read = RandomAccess.Read(file, buffer.Reserve(wanted)[..wanted], offset + buffer.Length);
            buffer.Length += read > 0
                ? read : throw new InvalidDataException(
                    $"the input changed while it was read: document {document} is cut short");
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }
}
