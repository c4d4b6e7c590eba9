using Pipeline.Registry.Storage;

namespace Pipeline.Activities.Tests;

/// <summary>A store that cannot be reached for its first calls.</summary>
internal sealed class FailingStore(IObjectStore inner, int failures) : IObjectStore
{
    private int _left = failures;

    public Uri Location => inner.Location;

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation = default) =>
        Interlocked.Decrement(ref _left) >= 0
            ? throw new HttpRequestException("the store does not answer") : inner.HeadAsync(key, cancellation);

    public Task<Stream> OpenAsync(
        string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default) =>
        inner.OpenAsync(key, range, ifMatch, cancellation);

    public Task<ObjectInfo> PutAsync(
        string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default) =>
        inner.PutAsync(key, content, condition, cancellation);

    public IAsyncEnumerable<ObjectInfo> ListAsync(
        string under, string? startAfter = null, CancellationToken cancellation = default) =>
        inner.ListAsync(under, startAfter, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        inner.DeleteAsync(key, cancellation);
}
