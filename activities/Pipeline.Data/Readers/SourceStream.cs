namespace Pipeline.Data.Readers;

/// <summary>The expanded bytes of a source with look-ahead and the offset of what was consumed.</summary>
internal sealed class SourceStream(Stream inner) : IDisposable
{
    private byte[] _buffer = new byte[1 << 18];
    private int _start;
    private int _end;

    /// <summary>0-based offset of the next unread byte in the expanded source.</summary>
    public long Offset { get; private set; }

    /// <summary>The bytes read ahead and not consumed yet.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The same bytes as memory, valid until the next <see cref="Fill"/>.</summary>
    public ReadOnlyMemory<byte> BufferedMemory => _buffer.AsMemory(_start, _end - _start);

    public static SourceStream Open(RowSource source, ReaderOptions options)
    {
        var raw = source.Open();
        if (source.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            return new SourceStream(new GzipRowStream(raw, source.Name, options));
        if (source.Name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase))
            return new SourceStream(ZstdRowStream.Open(raw, source.Name, options));
        return new SourceStream(raw);
    }

    /// <summary>At least that many of the next bytes, or all that are left.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (_end - _start < count && Fill())
        {
        }

        return Buffered[..Math.Min(count, _end - _start)];
    }

    public void SkipByteOrderMark()
    {
        if (Peek(3).SequenceEqual("\uFEFF"u8)) Consume(3);
    }

    public void Consume(int count)
    {
        _start += count;
        Offset += count;
    }

    /// <summary>Reads more behind what is buffered.</summary>
    /// <returns>False at the end.</returns>
    public bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        var read = inner.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }

    public void Dispose() => inner.Dispose();
}
