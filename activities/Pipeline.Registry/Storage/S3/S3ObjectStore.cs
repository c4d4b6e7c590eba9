using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Registry.Storage.S3;

/// <summary>An object store on S3 or a compatible service.</summary>
/// <remarks>
/// Every payload is signed with its SHA-256, so the service itself refuses damaged uploads; transfers over one part run in parallel
/// parts. Retries use exponential back-off with full jitter (5xx, 429, time-outs, broken connections), and one refresh of expired credentials.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly S3StoreOptions _options;
    private readonly AWSCredentials? _credentials;
    private readonly AmazonS3Client _client;
    private readonly S3Caller _caller;
    private readonly string _prefix;

    /// <summary>Opens a store; nothing is sent yet.</summary>
    /// <param name="options">Bucket, endpoint and limits.</param>
    /// <param name="credentials">Credentials; null uses the AWS chain.</param>
    /// <exception cref="ObjectStoreException">The endpoint is not acceptable.</exception>
    public S3ObjectStore(S3StoreOptions options, AWSCredentials? credentials = null)
    {
        (_options, _credentials) = (options, credentials);
        _client = S3ClientFactory.Create(options, credentials);
        _caller = new S3Caller(options, S3Retry.Create(options, RefreshCredentialsAsync));
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix.Trim('/') + "/";
        Location = new Uri($"s3://{options.Bucket}/{_prefix}");
    }

    /// <inheritdoc/>
    public Uri Location { get; }

    /// <inheritdoc/>
    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation = default)
    {
        try
        {
            var found = await CallAsync(
                key, token => _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = Full(key) }, token), cancellation);
            return new ObjectInfo(key, found.ContentLength, ETagOf(found.ETag, key), found.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : DateTimeOffset.MinValue);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = Full(key), EtagToMatch = ifMatch };
        if (range is { } part)
        {
            request.ByteRange = new Amazon.S3.Model.ByteRange(part.Offset, part.Offset + part.Length - 1);
        }

        var response = await CallAsync(key, token => _client.GetObjectAsync(request, token), cancellation);
        var expected = range?.Length ?? response.ContentLength;
        if (expected < 0 || response.ContentLength != expected)
        {
            response.Dispose();
            throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"{Where(key)}: the service announced {response.ContentLength} bytes where {expected} were asked for");
        }

        return new ExactLengthStream(new S3Body(response, Where(key), _options), expected, Where(key));
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> PutAsync(string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default)
    {
        using var upload = new S3Upload(_client, _options, Full(key), condition);
        var (etag, bytes) = await upload.RunAsync(content, _caller.For(Where(key)), cancellation);
        return new ObjectInfo(key, bytes, ETagOf(etag, key), DateTimeOffset.UtcNow);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var last = startAfter ?? "";
        var request = new ListObjectsV2Request
        {
            BucketName = _options.Bucket,
            Prefix = _prefix + prefix,
            StartAfter = startAfter is null ? null : Full(startAfter),
            MaxKeys = 1000,
        };
        while (true)
        {
            var page = await CallAsync(prefix, token => _client.ListObjectsV2Async(request, token), cancellation);
            var fresh = 0;
            // Some services repeat keys at page borders or ignore the order; a key is reported once, and only forward.
            foreach (var item in (page.S3Objects ?? []).OrderBy(item => item.Key, StringComparer.Ordinal))
            {
                if (!item.Key.StartsWith(_prefix, StringComparison.Ordinal) || string.CompareOrdinal(item.Key[_prefix.Length..], last) <= 0)
                {
                    continue;
                }

                (last, fresh) = (item.Key[_prefix.Length..], fresh + 1);
                yield return new ObjectInfo(last, item.Size ?? 0, ETagOf(item.ETag, last), item.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : DateTimeOffset.MinValue);
            }

            if (page.IsTruncated != true)
            {
                yield break;
            }

            if (fresh == 0)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.Integrity, $"{Where(prefix)}: the service repeats a page of its listing; the listing would never end");
            }

            (request.ContinuationToken, request.StartAfter) = (page.NextContinuationToken, null);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        CallAsync(key, token => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _options.Bucket, Key = Full(key) }, token), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static string ETagOf(string? etag, string key) => string.IsNullOrEmpty(etag)
        ? throw new ObjectStoreException(ObjectStoreError.Integrity, $"the service gave no etag for '{key}'; conditional writes need it")
        : etag;

    private string Full(string key) => _prefix + ObjectKey.Check(key);

    private string Where(string key) => $"s3://{_options.Bucket}/{_prefix}{key}";

    private Task<T> CallAsync<T>(string key, Func<CancellationToken, Task<T>> call, CancellationToken cancellation) =>
        _caller.For(Where(key)).RunAsync(call, cancellation);

    private Task RefreshCredentialsAsync()
    {
        if (_credentials is RefreshingAWSCredentials refreshing)
        {
            refreshing.ClearCredentials();
        }

        return Task.CompletedTask;
    }
}
