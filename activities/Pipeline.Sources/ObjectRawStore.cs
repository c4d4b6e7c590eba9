using System.Runtime.CompilerServices;
using Pipeline.Data.Ingest;
using Pipeline.Registry.Storage;

namespace Pipeline.Sources;

/// <summary>
/// Raw data in an object store: read only, in exactly the version that was listed, in parallel ranges that are each
/// retried alone and kept when the download is interrupted.
/// </summary>
/// <param name="store">The object store.</param>
public sealed class ObjectRawStore(IObjectStore store) : IRawStore
{
    /// <inheritdoc/>
    public string Location => store.Location.ToString();

    /// <inheritdoc/>
    public async IAsyncEnumerable<RawObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync(prefix, cancellation: cancellationToken))
        {
            yield return new RawObject(found.Key, found.ETag, found.Bytes, found.LastModified);
        }
    }

    /// <inheritdoc/>
    public async Task<string> DownloadAsync(RawObject source, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var info = new ObjectInfo(source.Key, source.Bytes, source.Version, source.LastModified);
        try
        {
            return await new ObjectDownload(store) { Resumable = true }
                .RunAsync(info, path, cancellation: cancellationToken);
        }
        catch (ObjectStoreException exception)
            when (exception.Error is ObjectStoreError.PreconditionFailed or ObjectStoreError.NotFound)
        {
            throw new SourceMutatedException(
                source.Key, source.Version, (await store.HeadAsync(source.Key, cancellationToken))?.ETag);
        }
    }
}
