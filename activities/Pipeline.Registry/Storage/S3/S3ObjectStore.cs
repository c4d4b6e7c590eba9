using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Registry.Storage.S3;

/// <summary>An object store on S3 or a compatible service.</summary>
/// <remarks>
/// Every payload is signed with its SHA-256, so the service itself refuses damaged uploads; transfers over one part run
/// in parallel parts. Retries use exponential back-off with full jitter (5xx, 429, time-outs, broken connections), and
/// one refresh of expired credentials. While the service says that it is overloaded (503, 429), fewer requests of this
/// store are in flight, whatever they belong to.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly S3StoreOptions _options;
    private readonly AWSCredentials? _credentials;
    private readonly Lazy<AmazonS3Client> _client;
    private readonly S3Reader _reader;
    private readonly S3Address _address;
    private readonly S3Caller _caller;
    private readonly string _prefix;

    /// <summary>Opens a store; nothing is sent yet.</summary>
    /// <param name="options">Bucket, endpoint and limits.</param>
    /// <param name="credentials">Credentials; null uses the AWS chain.</param>
    /// <exception cref="ObjectStoreException">The endpoint is not acceptable.</exception>
    public S3ObjectStore(S3StoreOptions options, AWSCredentials? credentials = null)
    {
        (_options, _credentials) = (options, credentials);
        if (options.Endpoint is { } endpoint)
        {
            EndpointGuard.Check(endpoint, options.AllowInsecure);
        }

        _client = new(() => S3ClientFactory.Create(options, credentials));
        _reader = new S3Reader(options, credentials, _client);
        _address = new S3Address(options, _client);
        _caller = new S3Caller(
            options, new RequestLimiter(S3ClientFactory.Connections(options), TimeProvider.System),
            new(() => S3Retry.Create(options, RefreshCredentialsAsync)));
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
            var address = _address.Of(Full(key));
            using var found = await CallAsync(
                key, token => _reader.SendAsync(HttpMethod.Head, address, range: null, ifMatch: null, token),
                cancellation);
            var bytes = found.Content.Headers.ContentLength
                ?? throw new ObjectStoreException(
                    ObjectStoreError.Integrity, $"{Where(key)}: the service announced no length");
            return new ObjectInfo(key, bytes, ETagOf(S3Headers.ETag(found), key), S3Headers.LastModified(found))
            {
                Crc64 = S3Headers.Crc64(found.Headers),
            };
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(
        string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default)
    {
        var address = _address.Of(Full(key));
        var (response, slot) = await _caller.For(Where(key)).HoldAsync(
            token => _reader.SendAsync(HttpMethod.Get, address, range, ifMatch, token), cancellation);
        try
        {
            var announced = response.Content.Headers.ContentLength ?? -1;
            var expected = range?.Length ?? announced;
            if (expected < 0 || announced != expected)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.Integrity,
                    $"{Where(key)}: the service announced {announced} bytes where {expected} were asked for");
            }

            var body = await response.Content.ReadAsStreamAsync(cancellation);
            var check = range is null ? BodyCheck.Of(response.Headers) : null;
            slot.Rest();
            return new S3Body(response, body, slot, expected, check, Where(key), _options);
        }
        catch
        {
            response.Dispose();
            slot.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> PutAsync(
        string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default)
    {
        using var upload = new S3Upload(_client.Value, _options, Full(key), condition);
        var (etag, bytes) = await upload.RunAsync(content, _caller.For(Where(key)), cancellation);
        return new ObjectInfo(key, bytes, ETagOf(etag, key), DateTimeOffset.UtcNow);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var last = startAfter ?? "";
        string? continuation = null;
        while (true)
        {
            var page = await CallAsync(
                prefix, token => _reader.ListAsync(
                    _address.Listing(_prefix + prefix, continuation, startAfter is null ? null : Full(startAfter)),
                    token), cancellation);
            var fresh = 0;
            // Some services repeat keys at page borders or ignore the order; a key is reported once, and only forward.
            foreach (var item in page.Objects.OrderBy(item => item.Key, StringComparer.Ordinal))
            {
                if (!item.Key.StartsWith(_prefix, StringComparison.Ordinal)
                    || string.CompareOrdinal(item.Key[_prefix.Length..], last) <= 0)
                {
                    continue;
                }

                (last, fresh) = (item.Key[_prefix.Length..], fresh + 1);
                yield return item with { Key = last, ETag = ETagOf(item.ETag, last) };
            }

            if (page.Continuation is null)
            {
                yield break;
            }

            if (fresh == 0)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.Integrity,
                    $"{Where(prefix)}: the service repeats a page of its listing; the listing would never end");
            }

            continuation = page.Continuation;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        CallAsync(
            key, token => _client.Value.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = _options.Bucket, Key = Full(key) }, token), cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private static string ETagOf(string? etag, string key) => string.IsNullOrEmpty(etag)
        ? throw new ObjectStoreException(
            ObjectStoreError.Integrity, $"the service gave no etag for '{key}'; conditional writes need it")
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
