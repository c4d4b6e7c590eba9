namespace Pipeline.Registry.Storage.S3;

/// <summary>The body of a response; failures in the middle become failures of the store.</summary>
/// <param name="response">The response; disposed with this stream.</param>
/// <param name="body">Its body.</param>
/// <param name="slot">What the request holds until the body was read or is not wanted.</param>
/// <param name="expected">Announced bytes.</param>
/// <param name="check">Compares the whole body with the checksum that the service keeps; null when there is
/// none.</param>
/// <param name="where">Name of the object, for messages.</param>
/// <param name="options">Time-out of a stalled body.</param>
internal sealed class S3Body(HttpResponseMessage response, Stream body, RequestSlot slot, long expected,
    BodyCheck? check, string where, S3StoreOptions options) : Stream
{
    private readonly CancellationTokenSource _stall = new();
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => expected;

    public override long Position
    {
        get => throw new NotSupportedException("the stream reads forward only");
        set => throw new NotSupportedException("the stream reads forward only");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            slot.Read();
            return Count(buffer, body.Read(buffer[..Clip(buffer.Length)]));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw S3Errors.Translate(exception, where, options, CancellationToken.None);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        slot.Read();
        // What lies in the buffers already needs no timer.
        var reading = body.ReadAsync(buffer[..Clip(buffer.Length)], _stall.Token);
        return reading.IsCompletedSuccessfully
            ? new ValueTask<int>(Count(buffer.Span, reading.Result)) : FinishAsync(buffer, reading, cancellationToken);
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
            _stall.Dispose();
            check?.Dispose();
            response.Dispose();
            slot.Dispose();
        }

        base.Dispose(disposing);
    }

    // The client's own time-out ends with the headers; a stalled body needs one too. A broken body is never read again,
    // so one source serves.
    private async ValueTask<int> FinishAsync(
        Memory<byte> buffer, ValueTask<int> reading, CancellationToken cancellation)
    {
        _stall.CancelAfter(options.Timeout);
        // the state is the source
        await using var stop =
            cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stall);
        try
        {
            var read = await reading;
            _stall.CancelAfter(Timeout.InfiniteTimeSpan);
            return Count(buffer.Span, read);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            throw S3Errors.Translate(exception, where, options, cancellation);
        }
    }

    private int Clip(int wanted) => (int)Math.Min(wanted, expected - _read);

    private int Count(ReadOnlySpan<byte> buffer, int read)
    {
        _read += read;
        slot.Rest();
        if (_read == expected)
        {
            slot.Dispose();
        }

        check?.Append(buffer[..read]);
        if (read == 0 && buffer.Length > 0 && _read < expected)
        {
            throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"'{where}' ended after {_read} of {expected} bytes");
        }

        return _read == expected && read > 0 && check?.Holds() == false
            ? throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"'{where}' does not have the checksum that the service keeps of it")
            : read;
    }
}
