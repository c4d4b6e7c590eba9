using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Where each document lies and what its exact key is, 20 bytes a document. Within a budget they stay in memory; those
/// behind it go to a temporary file. The texts stay where they are. For one thread.
/// </summary>
internal sealed class DocumentTable : IDisposable
{
    private const int BlockEntries = 4096;
    private static readonly int BlockBytes = BlockEntries * Marshal.SizeOf<Entry>();
    private readonly SafeFileHandle[] _files;
    private readonly string _path;
    private readonly int _mostBlocks;
    private readonly List<Entry[]> _blocks = [];
    private readonly Entry[] _read = new Entry[BlockEntries];
    private Entry[] _open = new Entry[BlockEntries];
    private SafeFileHandle? _spilled;
    private int _readBlock = -1;
    private (int Document, Entry Entry) _single = (-BlockEntries, default);

    /// <param name="files">Input files.</param>
    /// <param name="folder">Where the temporary file is made when it is needed.</param>
    /// <param name="budgetBytes">Memory for the entries.</param>
    public DocumentTable(IReadOnlyList<string> files, string folder, long budgetBytes)
    {
        _files = [.. files.Select(file => File.OpenHandle(file))];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_files.Length, ushort.MaxValue, nameof(files));
        _path = Path.Combine(folder, $".table-{Guid.NewGuid():N}.tmp");
        _mostBlocks = (int)Math.Min(int.MaxValue, budgetBytes / BlockBytes);
    }

    public int Count { get; private set; }

    public int Add(RowLine row, ulong key)
    {
        var at = Count % BlockEntries;
        if (at == 0 && Count > 0)
        {
            Close();
        }

        _open[at] = new Entry(((long)row.File << 48) | row.Offset, key, row.Utf8.Length);
        return Count++;
    }

    /// <summary>The first 64 bits of the SHA-256 over the normalised text.</summary>
    public ulong Key(int document) => Get(document).Key;

    /// <summary>File index in the high 16 bits, byte offset below.</summary>
    public long Place(int document) => Get(document).Place;

    public void Read(int document, ByteBuffer buffer)
    {
        buffer.Clear();
        var entry = Get(document);
        var (file, offset) = (_files[entry.Place >> 48], entry.Place & 0xFFFF_FFFF_FFFF);
        while (buffer.Length < entry.Length)
        {
            var wanted = entry.Length - buffer.Length;
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

        _spilled?.Dispose();
        File.Delete(_path);
    }

    /// <summary>Puts a full block away and opens the next one.</summary>
    private void Close()
    {
        if (_blocks.Count < _mostBlocks)
        {
            _blocks.Add(_open);
            _open = new Entry[BlockEntries];
            return;
        }

        _spilled ??= File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite);
        var block = (Count / BlockEntries) - 1 - _blocks.Count;
        RandomAccess.Write(_spilled, MemoryMarshal.AsBytes(_open.AsSpan()), (long)block * BlockBytes);
    }

    private Entry Get(int document)
    {
        var (block, at) = (document / BlockEntries, document % BlockEntries);
        if (block < _blocks.Count)
        {
            return _blocks[block][at];
        }

        if (block == (Count - 1) / BlockEntries)
        {
            return _open[at];
        }

        if (document == _single.Document)
        {
            return _single.Entry;
        }

        var offset = (long)(block - _blocks.Count) * BlockBytes;
        if (block != _readBlock && block == _single.Document / BlockEntries)
        {
            // Who reads on in order gets whole blocks.
            ReadFully(MemoryMarshal.AsBytes(_read.AsSpan()), offset);
            _readBlock = block;
        }

        if (block == _readBlock)
        {
            return _read[at];
        }

        Span<Entry> entry = stackalloc Entry[1];
        ReadFully(MemoryMarshal.AsBytes(entry), offset + ((long)at * Marshal.SizeOf<Entry>()));
        _single = (document, entry[0]);
        return entry[0];
    }

    private void ReadFully(Span<byte> bytes, long offset)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_spilled!, bytes[done..], offset + done);
            done += read > 0 ? read : throw new InvalidDataException($"{_path} was changed while it was in use");
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Entry(long Place, ulong Key, int Length);
}
