using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Uploads one object: in one request when it fits a part, else in parallel parts with bounded memory.
/// </summary>
internal sealed class S3Upload(AmazonS3Client client, S3StoreOptions options, string key, PutCondition condition)
    : IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.Concurrency);

    public async Task<(string? ETag, long Bytes)> RunAsync(
        Stream content, S3Caller caller, CancellationToken cancellation)
    {
        var first = await ReadPartAsync(content, cancellation);
        if (first.Length < options.PartBytes)
        {
            using (first)
            {
                var put = await caller.RunAsync(token => client.PutObjectAsync(SinglePut(first), token), cancellation);
                return (put.ETag, first.Length);
            }
        }

        return await RunPartsAsync(first, content, caller, cancellation);
    }

    public void Dispose() => _slots.Dispose();

    private PutObjectRequest SinglePut(Part part) => new()
    {
        BucketName = options.Bucket,
        Key = key,
        InputStream = part.Open(),
        UseChunkEncoding = false,
        ChecksumCRC64NVME = Crc64Nvme.ToHeader(part.Checksum),
        IfNoneMatch = condition.IfAbsent ? "*" : null,
        IfMatch = condition.IfMatch,
    };

    private async Task<(string? ETag, long Bytes)> RunPartsAsync(
        Part first, Stream content, S3Caller caller, CancellationToken cancellation)
    {
        var initiate = new InitiateMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = key,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC64NVME,
            ChecksumType = ChecksumType.FULL_OBJECT,
        };
        var started =
            await caller.RunAsync(token => client.InitiateMultipartUploadAsync(initiate, token), cancellation);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var parts = new List<Task<PartETag>>();
        var (bytes, checksum) = (0L, 0UL);
        try
        {
            for (var part = first; part.Length > 0; part = await ReadPartAsync(content, failed.Token))
            {
                bytes += part.Length;
                checksum = Crc64Nvme.Combine(checksum, part.Checksum, part.Length);
                await _slots.WaitAsync(failed.Token);
                parts.Add(SendAsync(part, parts.Count + 1, started.UploadId, caller, failed));
            }

            var complete = new CompleteMultipartUploadRequest
            {
                BucketName = options.Bucket,
                Key = key,
                UploadId = started.UploadId,
                PartETags = [.. await Task.WhenAll(parts)],
                ChecksumCRC64NVME = Crc64Nvme.ToHeader(checksum),
                ChecksumType = ChecksumType.FULL_OBJECT,
                IfNoneMatch = condition.IfAbsent ? "*" : null,
                IfMatch = condition.IfMatch,
            };
            var done =
                await caller.RunAsync(token => client.CompleteMultipartUploadAsync(complete, token), cancellation);
            return (done.ETag, bytes);
        }
        catch
        {
            await AbortAsync(started.UploadId, parts);
            // The first real failure explains more than the cancellations that followed it.
            if (parts.Find(task => task.IsFaulted) is { } cause)
            {
                await cause;
            }

            throw;
        }
    }

    private async Task<PartETag> SendAsync(
        Part part, int number, string uploadId, S3Caller caller, CancellationTokenSource failed)
    {
        try
        {
            using (part)
            {
                var sent = await caller.RunAsync(
                    token => client.UploadPartAsync(
                        new UploadPartRequest
                        {
                            BucketName = options.Bucket,
                            Key = key,
                            UploadId = uploadId,
                            PartNumber = number,
                            InputStream = part.Open(),
                            PartSize = part.Length,
                            UseChunkEncoding = false,
                            ChecksumCRC64NVME = Crc64Nvme.ToHeader(part.Checksum),
                        },
                        token),
                    failed.Token);
                return new PartETag(number, sent.ETag) { ChecksumCRC64NVME = Crc64Nvme.ToHeader(part.Checksum) };
            }
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
        finally
        {
            _slots.Release();
        }
    }

    // An abandoned upload is billed until it is aborted; failing to abort must not hide why the upload failed.
    private async Task AbortAsync(string uploadId, List<Task<PartETag>> parts)
    {
        await Task.WhenAll(parts).ContinueWith(_ => { }, TaskScheduler.Default);
        try
        {
            await client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = uploadId },
                CancellationToken.None);
        }
        catch (Exception exception) when (exception is AmazonS3Exception or HttpRequestException or IOException)
        {
            System.Diagnostics.Trace.TraceWarning(
                $"multipart upload {uploadId} could not be aborted: {exception.Message}");
        }
    }

    private async Task<Part> ReadPartAsync(Stream content, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(options.PartBytes);
        var length = await content.ReadAtLeastAsync(
            buffer.AsMemory(0, options.PartBytes), options.PartBytes, throwOnEndOfStream: false, cancellation);
        return new Part(buffer, length);
    }

    private sealed class Part(byte[] buffer, int length) : IDisposable
    {
        public int Length => length;

        public ulong Checksum { get; } = Crc64Nvme.Append(0, buffer.AsSpan(0, length));

        public MemoryStream Open() => new(buffer, 0, length, writable: false);

        public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
    }
}
