using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Pipeline.Llm.Checkpoints;

/// <summary>A safetensors file mapped into memory; opening reads and checks the header only.</summary>
public sealed unsafe partial class SafeTensorsFile : IDisposable
{
    private readonly Dictionary<string, SafeTensorsEntry> _entries;
    private readonly IDisposable _memory;
    private readonly byte* _start;
    private bool _disposed;

    private SafeTensorsFile(string path, SafeTensorsHeader header, long length, byte* start, IDisposable memory)
    {
        Path = path;
        Header = header;
        Length = length;
        _entries = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        _start = start;
        _memory = memory;
    }

    /// <summary>Path as given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>Length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>The checked header.</summary>
    public SafeTensorsHeader Header { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">An existing file.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format, or is a pickle.</exception>
    public static SafeTensorsFile Open(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.None);
        var length = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[8];
        var read = RandomAccess.Read(handle, prefix, 0);
        var headerBytes = new byte[SafeTensorsHeader.ReadLength(prefix[..read], length, path)];
        for (var filled = 0; filled < headerBytes.Length;)
        {
            var count = RandomAccess.Read(handle, headerBytes.AsSpan(filled), 8 + filled);
            filled += count > 0
                ? count : throw SafeTensorsHeader.Bad(path, 8 + filled, "the file became shorter while it was read");
        }

        var header = SafeTensorsHeader.Parse(headerBytes, length, path);
        var mapped = new MappedMemory(path);
        return new SafeTensorsFile(path, header, length, mapped.Start, mapped);
    }

    /// <summary>Checks a file whose bytes are in memory already.</summary>
    /// <param name="bytes">The whole file; it stays pinned until the result is disposed.</param>
    /// <param name="path">Name for messages.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="InvalidDataException">The bytes break a rule of the format, or are a pickle.</exception>
    internal static SafeTensorsFile Over(ReadOnlyMemory<byte> bytes, string path)
    {
        var length = SafeTensorsHeader.ReadLength(bytes.Span, bytes.Length, path);
        var header = SafeTensorsHeader.Parse(bytes.Span.Slice(8, length), bytes.Length, path);
        var pin = bytes.Pin();
        return new SafeTensorsFile(path, header, bytes.Length, (byte*)pin.Pointer, pin);
    }

    /// <summary>Whether the file has a tensor.</summary>
    /// <param name="name">Tensor name.</param>
    /// <returns>True when it is there.</returns>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The entry of a tensor.</summary>
    /// <param name="name">Tensor name.</param>
    /// <returns>Its type, shape and place.</returns>
    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public SafeTensorsEntry Entry(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new InvalidDataException($"{Path} has no tensor '{name}'");

    /// <summary>The mapped bytes of a tensor of at most 2 GiB.</summary>
    /// <param name="name">Tensor name.</param>
    /// <returns>Bytes that stay valid until the file is disposed.</returns>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Entry(name);
        return new ReadOnlySpan<byte>(Pointer(entry), checked((int)entry.Bytes));
    }

    /// <summary>Copies part of a tensor's bytes.</summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="position">First byte within the tensor.</param>
    /// <param name="destination">Where to copy; its length decides how much.</param>
    public void CopyTo(SafeTensorsEntry entry, long position, Span<byte> destination) =>
        new ReadOnlySpan<byte>(Pointer(entry) + position, destination.Length).CopyTo(destination);

    /// <summary>
    /// Lets the memory go that reading a tensor has filled; it is filled again when the tensor is read again.
    /// </summary>
    /// <param name="entry">An entry of this file over which no tensor lies.</param>
    internal void Release(SafeTensorsEntry entry)
    {
        if (_memory is MappedMemory)
        {
            MappedMemory.Release(Pointer(entry), entry.Bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _memory.Dispose();
        }
    }

    internal byte* Pointer(SafeTensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _start + entry.Offset;
    }

    private sealed partial class MappedMemory : IDisposable
    {
        private const int DoNotNeed = 4;

        private readonly MemoryMappedFile _map;
        private readonly MemoryMappedViewAccessor _view;

        public MappedMemory(string path)
        {
            // Copy on write: a tensor over the file may be trained, the file stays as it is.
            _map = MemoryMappedFile.CreateFromFile(
                path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.CopyOnWrite);
            _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Start = pointer + _view.PointerOffset;
        }

        public byte* Start { get; }

        public static void Release(byte* start, long bytes)
        {
            // Whole pages within the range only: its first and last page belong to neighbours too.
            var (first, end) =
                (Aligned((nint)start + Environment.SystemPageSize - 1), Aligned((nint)start + (nint)bytes));
            if (OperatingSystem.IsLinux() && end > first)
            {
                _ = Advise(first, end - first, DoNotNeed);
            }
        }

        private static nint Aligned(nint address) => address / Environment.SystemPageSize * Environment.SystemPageSize;

        [LibraryImport("libc", EntryPoint = "madvise")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Advise(nint address, nint length, int advice);

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map.Dispose();
        }
    }
}
