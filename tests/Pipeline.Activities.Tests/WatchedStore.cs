using Pipeline.Registry.Storage;

namespace Pipeline.Activities.Tests;

/// <summary>A store that says when something is about to be looked at or read; what that throws, it throws.</summary>
internal sealed class WatchedStore(IObjectStore inner, Action<string>? reading = null, Action<string>? looking = null)
    : IObjectStore
{
    public Uri Location => inner.Location;

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation = default)
    {
        looking?.Invoke(key);
        return inner.HeadAsync(key, cancellation);
    }

    public Task<Stream> OpenAsync(
        string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default)
    {
        reading?.Invoke(key);
        return inner.OpenAsync(key, range, ifMatch, cancellation);
    }

    public Task<ObjectInfo> PutAsync(
        string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default) =>
        inner.PutAsync(key, content, condition, cancellation);

    public IAsyncEnumerable<ObjectInfo> ListAsync(
        string under, string? startAfter = null, CancellationToken cancellation = default) =>
        inner.ListAsync(under, startAfter, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        inner.DeleteAsync(key, cancellation);
}
