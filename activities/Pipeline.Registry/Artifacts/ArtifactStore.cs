using System.Security.Cryptography;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Artifacts;

/// <summary>Content-addressed files and manifests on an object store.</summary>
/// <remarks>
/// Layout: <c>blobs/sha256/ab/abcd…</c> and <c>manifests/KIND/VERSION.json</c>. Nothing is ever overwritten.
/// </remarks>
/// <param name="store">Where everything lives.</param>
public sealed class ArtifactStore(IObjectStore store)
{
    /// <summary>Stores a file under its digest; storing it again is a cache hit.</summary>
    /// <param name="path">Local file.</param>
    /// <param name="name">Name inside the artefact.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>Name, digest and length.</returns>
    public async Task<ArtifactFile> PutFileAsync(string path, string name, CancellationToken cancellation = default)
    {
        await using var file =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        file.Position = 0;
        return await PutBlobAsync(file, name, digest, cancellation);
    }

    /// <summary>Stores bytes under their digest.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="name">Name inside the artefact.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>Name, digest and length.</returns>
    public Task<ArtifactFile> PutBytesAsync(byte[] content, string name, CancellationToken cancellation = default) =>
        PutBlobAsync(new MemoryStream(content, writable: false), name,
            Convert.ToHexStringLower(SHA256.HashData(content)), cancellation);

    /// <summary>Commits a version: every file must be stored already; the manifest is written last.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="cancellation">Stops the commit.</param>
    /// <returns>The version id.</returns>
    /// <exception cref="ObjectStoreException">A file is missing or has another length.</exception>
    public async Task<string> CommitAsync(Manifest manifest, CancellationToken cancellation = default)
    {
        foreach (var file in manifest.Files)
        {
            var blob = await store.HeadAsync(BlobKey(file.Sha256), cancellation);
            if (blob?.Bytes != file.Bytes)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.Integrity,
                    $"'{file.Name}' ({file.Sha256}) is {(blob is null ? "not stored" : "stored with another length")}"
                        + $"; nothing was committed");
            }
        }

        Faults.FaultPoint.Hit("artifact.commit");
        await PutOnceAsync(
            ManifestKey(manifest.Kind, manifest.VersionId), new MemoryStream(manifest.ToBytes()), cancellation);
        return manifest.VersionId;
    }

    /// <summary>Reads a committed version.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="versionId">Version id.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The manifest, or null when no such version was committed.</returns>
    /// <exception cref="ObjectStoreException">The stored manifest does not have the digest that its id
    /// promises.</exception>
    public async Task<Manifest?> FindAsync(string kind, string versionId, CancellationToken cancellation = default)
    {
        var key = ManifestKey(kind, versionId);
        if (await store.HeadAsync(key, cancellation) is null)
        {
            return null;
        }

        using var bytes = new MemoryStream();
        await using (var body = await store.OpenAsync(key, cancellation: cancellation))
        {
            await body.CopyToAsync(bytes, cancellation);
        }

        var manifest = Manifest.Parse(bytes.ToArray());
        return manifest.VersionId == versionId
            ? manifest
            : throw new ObjectStoreException(
                ObjectStoreError.Integrity,
                $"manifest {key} has digest {manifest.VersionId}; it was changed after its commit");
    }

    /// <summary>Ids of the committed versions of a kind, oldest first.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Version ids with their commit times.</returns>
    public async Task<IReadOnlyList<(string VersionId, DateTimeOffset Committed)>> ListAsync(
        string kind, CancellationToken cancellation = default)
    {
        var versions = new List<(string VersionId, DateTimeOffset Committed)>();
        await foreach (var info in store.ListAsync($"manifests/{kind}/", cancellation: cancellation))
        {
            versions.Add((Path.GetFileNameWithoutExtension(info.Key), info.LastModified));
        }

        return [.. versions.OrderBy(version => version.Committed)
            .ThenBy(version => version.VersionId, StringComparer.Ordinal)];
    }

    /// <summary>Copies a file of a version to a local path and proves its digest.</summary>
    /// <param name="file">The file, from a manifest.</param>
    /// <param name="path">Local target.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>A task that ends when the file is complete.</returns>
    /// <exception cref="ObjectStoreException">The content is missing or damaged.</exception>
    public async Task GetFileAsync(ArtifactFile file, string path, CancellationToken cancellation = default)
    {
        var info = await store.HeadAsync(BlobKey(file.Sha256), cancellation)
            ?? throw new ObjectStoreException(
                ObjectStoreError.NotFound, $"'{file.Name}' ({file.Sha256}) is missing from {store.Location}");
        await new ObjectDownload(store).RunAsync(info, path, file.Sha256, cancellation);
    }

    private static string BlobKey(string sha256) => $"blobs/sha256/{sha256[..2]}/{sha256}";

    private static string ManifestKey(string kind, string versionId) => $"manifests/{kind}/{versionId}.json";

    private async Task<ArtifactFile> PutBlobAsync(
        Stream content, string name, string sha256, CancellationToken cancellation)
    {
        var file = new ArtifactFile(name, sha256, content.Length);
        var existing = await store.HeadAsync(BlobKey(sha256), cancellation);
        if (existing?.Bytes != file.Bytes)
        {
            await PutOnceAsync(BlobKey(sha256), content, cancellation);
        }

        return file;
    }

    // Two writers of the same content are both right: the loser's conflict is success.
    private async Task PutOnceAsync(string key, Stream content, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, content, PutCondition.Absent, cancellation);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            // Already there.
        }
    }
}
