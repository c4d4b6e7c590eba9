namespace Pipeline.Data.Readers;

/// <summary>
/// Hands bytes to a decompressor and can go back to where the compressed part ended inside the last chunk.
/// </summary>
/// <param name="inner">The compressed source.</param>
internal sealed class ChunkFeeder(Stream inner) : Stream
{
    // Two chunks are kept, because a decompressor may have taken one more than it needed.
    private byte[] _buffer = new byte[1 << 17];
    private int _start;
    private int _end;
    private int _rewind;
    private long _base;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _base + _start; set => throw new NotSupportedException(); }

    public bool AtEnd => _start == _end && !Append();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && !Append()) return 0;
        var count = Math.Min(Math.Min(buffer.Length, _end - _start), 1 << 16);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _rewind = Math.Max(_rewind, _start - (1 << 16));
        _start += count;
        return count;
    }

    /// <summary>
    /// Finds a member's trailer among the bytes last handed out, or right after them, and continues behind it.
    /// </summary>
    /// <param name="trailer">Checksum and size.</param>
    /// <returns>False when it is not there.</returns>
    public bool SeekPast(ReadOnlySpan<byte> trailer)
    {
        while (_end - _start < trailer.Length + 2)
        {
            if (!Append()) break;
        }

        var from = Math.Max(_rewind, 0);
        var window = _buffer.AsSpan(from, _end - from);
        var first = -1;
        for (var at = window.IndexOf(trailer); at >= 0 && from + at <= _start; at = Next(window, trailer, at))
        {
            var after = from + at + trailer.Length;
            if (first < 0) first = after;

            // The right place is followed by the end or by another member; zeros of an empty member can match early.
            if (after == _end || (_buffer[after] == 0x1F && (after + 1 == _end || _buffer[after + 1] == 0x8B)))
            {
                first = after;
                break;
            }
        }

        if (first < 0) return false;
        _start = _rewind = first;
        return true;
    }

    private static int Next(ReadOnlySpan<byte> window, ReadOnlySpan<byte> trailer, int at)
    {
        var next = window[(at + 1)..].IndexOf(trailer);
        return next < 0 ? -1 : at + 1 + next;
    }

    public int ReadUpTo(Span<byte> target)
    {
        var read = 0;
        while (read < target.Length)
        {
            var value = NextByte();
            if (value < 0) break;
            target[read++] = (byte)value;
        }

        return read;
    }

    public int NextByte()
    {
        if (_start == _end && !Append()) return -1;
        _rewind = _start + 1;
        return _buffer[_start++];
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private bool Append()
    {
        if (_end + (1 << 15) > _buffer.Length)
        {
            var keep = Math.Max(_rewind, _start - (1 << 16));
            keep = Math.Clamp(keep, 0, _start);
            _buffer.AsSpan(keep, _end - keep).CopyTo(_buffer);
            _base += keep;
            _start -= keep;
            _end -= keep;
            _rewind = 0;
            if (_end + (1 << 15) > _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = inner.Read(_buffer, _end, Math.Min(1 << 15, _buffer.Length - _end));
        _end += read;
        return read > 0;
    }
}
