using System.Runtime.CompilerServices;
using Pipeline.Data.Ingest;
using Pipeline.Registry.Storage;

namespace Pipeline.Tools.Data;

/// <summary>Raw data in an object store; downloads are parallel ranges of exactly the listed version, each retried alone.</summary>
/// <param name="store">The object store; only read.</param>
public sealed class ObjectRawStore(IObjectStore store) : IRawStore
{
    /// <inheritdoc/>
    public string Location => store.Location.ToString();

    /// <inheritdoc/>
    public async IAsyncEnumerable<RawObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var info in store.ListAsync(prefix, cancellation: cancellationToken))
        {
            yield return new RawObject(info.Key, info.ETag, info.Bytes, info.LastModified);
        }
    }

    /// <inheritdoc/>
    public async Task<string> DownloadAsync(RawObject source, string path, CancellationToken cancellationToken)
    {
        var info = new ObjectInfo(source.Key, source.Bytes, source.Version, source.LastModified);
        try
        {
            return await new ObjectDownload(store).RunAsync(info, path, cancellation: cancellationToken);
        }
        catch (ObjectStoreException exception) when (exception.Error is ObjectStoreError.PreconditionFailed or ObjectStoreError.NotFound)
        {
            var now = await store.HeadAsync(source.Key, cancellationToken);
            throw new SourceMutatedException(source.Key, source.Version, now?.ETag);
        }
    }
}
