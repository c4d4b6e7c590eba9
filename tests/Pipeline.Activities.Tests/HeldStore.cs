using Pipeline.Registry.Storage;

namespace Pipeline.Activities.Tests;

/// <summary>A store whose writes under a prefix wait until they are let go: a process that stands still.</summary>
internal sealed class HeldStore(IObjectStore inner, string prefix) : IObjectStore
{
    private readonly TaskCompletionSource _reached = new();
    private readonly TaskCompletionSource _release = new();

    public Uri Location => inner.Location;

    /// <summary>Ends when the first write waits.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _release.SetResult();

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation = default) =>
        inner.HeadAsync(key, cancellation);

    public Task<Stream> OpenAsync(
        string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default) =>
        inner.OpenAsync(key, range, ifMatch, cancellation);

    public async Task<ObjectInfo> PutAsync(
        string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default)
    {
        if (key.StartsWith(prefix, StringComparison.Ordinal) && key.Contains("/objects/", StringComparison.Ordinal))
        {
            _reached.TrySetResult();
            await _release.Task;
        }

        return await inner.PutAsync(key, content, condition, cancellation);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(
        string under, string? startAfter = null, CancellationToken cancellation = default) =>
        inner.ListAsync(under, startAfter, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        inner.DeleteAsync(key, cancellation);
}
