namespace Pipeline.Registry.Storage;

/// <summary>
/// Reads exactly the announced number of bytes of a file; an earlier end and an error of the disk are failures of the
/// store.
/// </summary>
/// <param name="inner">Source; disposed with this stream.</param>
/// <param name="length">Announced bytes.</param>
/// <param name="name">For the message.</param>
internal sealed class ExactLengthStream(Stream inner, long length, string name) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException("the stream reads forward only");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            Faults.FaultPoint.Hit("store.read");
            return Count(inner.Read(buffer[..Clip(buffer.Length)]), buffer.Length);
        }
        catch (IOException exception)
        {
            throw Unreadable(exception);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            Faults.FaultPoint.Hit("store.read");
            return Count(await inner.ReadAsync(buffer[..Clip(buffer.Length)], cancellationToken), buffer.Length);
        }
        catch (IOException exception)
        {
            throw Unreadable(exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("the stream reads forward only");

    public override void SetLength(long value) => throw new NotSupportedException("the stream is read-only");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("the stream is read-only");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private ObjectStoreException Unreadable(IOException exception) => new(
        ObjectStoreError.Disk,
        $"the disk reported an error while '{name}' was read ({exception.Message}); nothing of it was kept: check the "
            + $"disk, then restore or rebuild the object",
        exception);

    private int Clip(int wanted) => (int)Math.Min(wanted, length - _read);

    private int Count(int read, int wanted)
    {
        _read += read;
        return read == 0 && wanted > 0 && _read < length
            ? throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"'{name}' ended after {_read} of {length} bytes")
            : read;
    }
}
