using Amazon.S3.Model;

namespace Pipeline.Registry.Storage.S3;

/// <summary>The body of a response; failures in the middle become failures of the store.</summary>
internal sealed class S3Body(GetObjectResponse response, string where, S3StoreOptions options) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => response.ContentLength;

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
            return response.ResponseStream.Read(buffer);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw S3Errors.Translate(exception, where, options, CancellationToken.None);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The client's own time-out ends with the headers; a stalled body needs one too.
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(options.Timeout);
        try
        {
            return await response.ResponseStream.ReadAsync(buffer, stall.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw S3Errors.Translate(exception, where, options, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("the stream reads forward only");

    public override void SetLength(long value) => throw new NotSupportedException("the stream is read-only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream is read-only");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}
