using System.Security.Cryptography;
using Pipeline.Data.Ingest;
using Pipeline.Registry.Storage;

namespace Pipeline.Activities.Data;

/// <summary>Raw data in the object store: read only, in exactly the version that was listed.</summary>
/// <param name="store">The object store.</param>
public sealed class ObjectRawStore(IObjectStore store) : IRawStore
{
    /// <inheritdoc/>
    public string Location => store.Location.ToString();

    /// <inheritdoc/>
    public async IAsyncEnumerable<RawObject> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
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
        try
        {
            await using var body = await store.OpenAsync(source.Key, ifMatch: source.Version, cancellation: cancellationToken);
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
            await body.CopyToAsync(file, cancellationToken);
            file.Position = 0;
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        }
        catch (ObjectStoreException exception) when (exception.Error is ObjectStoreError.PreconditionFailed or ObjectStoreError.NotFound)
        {
            throw new SourceMutatedException(source.Key, source.Version, (await store.HeadAsync(source.Key, cancellationToken))?.ETag);
        }
    }
}
