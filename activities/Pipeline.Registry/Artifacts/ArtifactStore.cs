using System.Security.Cryptography;
using System.Text;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Artifacts;

/// <summary>Content-addressed files and manifests on an object store.</summary>
/// <remarks>
/// Layout: <c>blobs/sha256/ab/abcd…</c> and <c>manifests/KIND/VERSION.json</c>. Nothing is ever overwritten but what
/// does not have the digest of its name: <c>damaged/abcd…</c> notes a file that could not be read, and whoever stores
/// the file again replaces it.
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
        var key = ManifestKey(manifest.Kind, manifest.VersionId);
        if (!await PutOnceAsync(key, new MemoryStream(manifest.ToBytes()), cancellation)
            && await TryFindAsync(manifest.Kind, manifest.VersionId, cancellation) is null)
        {
            // What is there under the name of this version is not this version.
            await store.PutAsync(key, new MemoryStream(manifest.ToBytes()), default, cancellation);
        }

        return manifest.VersionId;
    }

    /// <summary>Whether a version was committed, all its files are there, and none is noted as damaged.</summary>
    /// <remarks>Looks at lengths and notes only; the content is proven by whoever reads it.</remarks>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="versionId">Version id.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>False when the version has to be made (again).</returns>
    public async Task<bool> IsWholeAsync(string kind, string versionId, CancellationToken cancellation = default)
    {
        if (await TryFindAsync(kind, versionId, cancellation) is not { } manifest)
        {
            return false;
        }

        foreach (var file in manifest.Files)
        {
            if ((await store.HeadAsync(BlobKey(file.Sha256), cancellation))?.Bytes != file.Bytes
                || await store.HeadAsync(DamageKey(file.Sha256), cancellation) is not null)
            {
                return false;
            }
        }

        return true;
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

        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return digest == versionId
            ? Manifest.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length))
            : throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"manifest {key} has digest {digest}; it was changed after its commit");
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
    /// <exception cref="ObjectStoreException">The content is missing or damaged, which is noted in the
    /// store.</exception>
    public async Task GetFileAsync(ArtifactFile file, string path, CancellationToken cancellation = default)
    {
        var info = await store.HeadAsync(BlobKey(file.Sha256), cancellation)
            ?? throw new ObjectStoreException(
                ObjectStoreError.NotFound, $"'{file.Name}' ({file.Sha256}) is missing from {store.Location}");
        try
        {
            await new ObjectDownload(store).RunAsync(info, path, file.Sha256, cancellation);
        }
        catch (ObjectStoreException exception)
            when (exception.Error is ObjectStoreError.Integrity or ObjectStoreError.Disk)
        {
            await NoteDamageAsync(file, exception, cancellation);
            throw;
        }
    }

    private static string BlobKey(string sha256) => $"blobs/sha256/{sha256[..2]}/{sha256}";

    private static string DamageKey(string sha256) => $"damaged/{sha256}";

    private static string ManifestKey(string kind, string versionId) => $"manifests/{kind}/{versionId}.json";

    private async Task<ArtifactFile> PutBlobAsync(
        Stream content, string name, string sha256, CancellationToken cancellation)
    {
        var file = new ArtifactFile(name, sha256, content.Length);
        var existing = await store.HeadAsync(BlobKey(sha256), cancellation);
        if (existing is null)
        {
            await PutOnceAsync(BlobKey(sha256), content, cancellation);
        }
        else if (existing.Bytes != file.Bytes
            || await store.HeadAsync(DamageKey(sha256), cancellation) is not null)
        {
            // These bytes have the digest, so they are right whatever the others are.
            await store.PutAsync(BlobKey(sha256), content, default, cancellation);
            await store.DeleteAsync(DamageKey(sha256), cancellation);
        }

        return file;
    }

    private async Task<Manifest?> TryFindAsync(string kind, string versionId, CancellationToken cancellation)
    {
        try
        {
            return await FindAsync(kind, versionId, cancellation);
        }
        catch (ObjectStoreException exception)
            when (exception.Error is ObjectStoreError.Integrity or ObjectStoreError.Disk)
        {
            return null;
        }
    }

    // The object itself stays: this host may be the one that cannot read, and a backup may need what is left of it.
    private async Task NoteDamageAsync(
        ArtifactFile file, ObjectStoreException damage, CancellationToken cancellation)
    {
        try
        {
            var note = new MemoryStream(Encoding.UTF8.GetBytes($"{file.Name}: {damage.Message}\n"));
            await store.PutAsync(DamageKey(file.Sha256), note, default, cancellation);
        }
        catch (ObjectStoreException)
        {
            // A store that takes no note is still damaged, and that is the failure to report.
        }
    }

    // Two writers of the same content are both right: the loser's conflict is success.
    private async Task<bool> PutOnceAsync(string key, Stream content, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, content, PutCondition.Absent, cancellation);
            return true;
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            return false;
        }
    }
}
