using System.Runtime.CompilerServices;
using Pipeline.Data.Ingest;

namespace Pipeline.Activities.Data;

/// <summary>
/// Raw data as it was listed once: what was written since is not seen, and what changed since is refused.
/// </summary>
/// <remarks>
/// The key of a finished ingest is the digest of a listing, so what is ingested must be exactly what was listed.
/// </remarks>
/// <param name="store">Where the objects are.</param>
/// <param name="listed">The listing.</param>
internal sealed class ListedRawStore(IRawStore store, IReadOnlyCollection<RawObject> listed) : IRawStore
{
    /// <inheritdoc/>
    public string Location => store.Location;

    /// <inheritdoc/>
    public async IAsyncEnumerable<RawObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in listed.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string> DownloadAsync(RawObject source, string path, CancellationToken cancellationToken) =>
        store.DownloadAsync(source, path, cancellationToken);
}
