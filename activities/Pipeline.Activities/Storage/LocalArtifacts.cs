using Microsoft.Extensions.Logging;
using Pipeline.Activities.Running;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Storage;

/// <summary>Artefacts of the store as local folders, and local folders as artefacts of the store.</summary>
/// <remarks>
/// A folder appears under its version only when every file is there with the digest that the manifest names. A copy
/// that the disk damaged later is moved to <c>cache/quarantine</c> and fetched again.
/// </remarks>
/// <param name="store">The object store.</param>
/// <param name="paths">Where local copies are kept.</param>
public sealed class LocalArtifacts(IObjectStore store, WorkerPaths paths)
{
    // A process reads one copy at a time through: the disk is no faster for more.
    private static readonly SemaphoreSlim Reading = new(1);

    private readonly ArtifactStore _artifacts = new(store);
    private readonly LocalCopies _copies = new(paths);

    /// <summary>A local folder with the files of an artefact.</summary>
    /// <param name="artifact">The artefact.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>Absolute path; read only.</returns>
    /// <exception cref="ObjectStoreException">The version was not committed, or is damaged in the store too; the
    /// message names the file, its digest, and the stage that makes it.</exception>
    public async Task<string> OpenAsync(ArtifactRef artifact, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        var folder = FolderOf(artifact.Kind, artifact.Sha256);
        if (Directory.Exists(folder) && _copies.IsProven(folder))
        {
            return folder;
        }

        var manifest = await _artifacts.FindAsync(artifact.Kind, artifact.Sha256, cancellation)
            ?? throw new ObjectStoreException(ObjectStoreError.NotFound, $"{artifact.Uri} is not in {store.Location}");
        await ProveAsync(artifact, manifest, folder, cancellation);
        if (!Directory.Exists(folder))
        {
            Publish(await FetchAsync(artifact, manifest, cancellation), folder);
        }

        return folder;
    }

    /// <summary>
    /// Work on these artefacts failed: their local copies are read through before they are used again.
    /// </summary>
    /// <param name="artifacts">The artefacts.</param>
    public void Distrust(IEnumerable<ArtifactRef> artifacts)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        foreach (var artifact in artifacts)
        {
            _copies.Distrust(FolderOf(artifact.Kind, artifact.Sha256));
        }
    }

    /// <summary>A new folder for the output of an activity.</summary>
    /// <returns>Absolute path of an empty folder.</returns>
    public string NewFolder() => paths.Of("cache", "work", Guid.NewGuid().ToString("N"));

    /// <summary>
    /// The folder of one piece of work, the same in every attempt on this machine: a later attempt goes on with what is
    /// in it.
    /// </summary>
    /// <param name="key">Digest of everything that the work depends on.</param>
    /// <returns>Absolute path of a folder that may hold what an earlier attempt finished.</returns>
    public string WorkFolder(string key) => paths.Of("cache", "work", key);

    /// <summary>Stores the files of a folder and commits them as one version; the manifest is written last.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="folder">Folder to take over; it becomes the local copy.</param>
    /// <param name="properties">What the version was made from.</param>
    /// <param name="fence">Proves right before the commit that no later attempt owns the work; null for none.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>Reference to the version.</returns>
    public async Task<ArtifactRef> CommitAsync(
        string kind, string folder, IReadOnlyDictionary<string, string> properties, Fence? fence,
        CancellationToken cancellation)
    {
        var files = new List<ArtifactFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            files.Add(
                await _artifacts.PutFileAsync(
                    path, Path.GetRelativePath(folder, path).Replace('\\', '/'), cancellation));
        }

        var manifest = Manifest.Create(kind, files, properties);
        if (fence is not null)
        {
            await fence.CheckAsync(cancellation);
        }

        await _artifacts.CommitAsync(manifest, cancellation);
        Publish(folder, FolderOf(kind, manifest.VersionId));
        return ArtifactRef.Of(kind, manifest.VersionId, manifest.Bytes);
    }

    /// <summary>Stores the files of a folder that belongs to somebody else, and commits them as one version.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="folder">Folder with files; it is not changed, and folders below it are left out.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>Reference to the version.</returns>
    public async Task<ArtifactRef> CommitCopyAsync(string kind, string folder, CancellationToken cancellation)
    {
        var files = new List<ArtifactFile>();
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            files.Add(await _artifacts.PutFileAsync(path, Path.GetFileName(path), cancellation));
        }

        var manifest = Manifest.Create(kind, files, []);
        await _artifacts.CommitAsync(manifest, cancellation);
        return ArtifactRef.Of(kind, manifest.VersionId, manifest.Bytes);
    }

    /// <summary>Whether a version is committed and nothing of it is known to be damaged.</summary>
    /// <param name="artifact">The artefact.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>False when it has to be made (again).</returns>
    public Task<bool> ExistsAsync(ArtifactRef artifact, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return _artifacts.IsWholeAsync(artifact.Kind, artifact.Sha256, cancellation);
    }

    /// <summary>What a version was made from.</summary>
    /// <param name="artifact">The artefact.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Properties of its manifest; null when it is not committed.</returns>
    public async Task<IReadOnlyDictionary<string, string>?> PropertiesAsync(
        ArtifactRef artifact, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return (await _artifacts.FindAsync(artifact.Kind, artifact.Sha256, cancellation))?.Properties;
    }

    private async Task ProveAsync(
        ArtifactRef artifact, Manifest manifest, string folder, CancellationToken cancellation)
    {
        await Reading.WaitAsync(cancellation);
        try
        {
            if (!Directory.Exists(folder) || _copies.IsProven(folder))
            {
                return;
            }

            if (await LocalCopies.FindDamageAsync(manifest, folder, cancellation) is { } damage)
            {
                await ReplaceAsync(artifact, manifest, folder, damage, cancellation);
            }

            _copies.Prove(folder);
        }
        finally
        {
            Reading.Release();
        }
    }

    private async Task ReplaceAsync(
        ArtifactRef artifact, Manifest manifest, string folder, string damage, CancellationToken cancellation)
    {
        string? partial = null;
        try
        {
            // First, so that whoever uses the old copy meanwhile does not find it gone for long.
            partial = await FetchAsync(artifact, manifest, cancellation);
        }
        finally
        {
            var aside = _copies.SetAside(folder, damage);
            if (ActivityExecutionContext.HasCurrent)
            {
                ActivityExecutionContext.Current.Logger.LogWarning(
                    "The local copy of {Artifact} is damaged ({Damage}): it was moved to {Quarantine} and {Fetched}",
                    artifact.Uri, damage, aside, partial is null ? "could not be fetched again" : "fetched again");
            }
        }

        Publish(partial, folder);
    }

    private async Task<string> FetchAsync(ArtifactRef artifact, Manifest manifest, CancellationToken cancellation)
    {
        var partial = NewFolder();
        foreach (var file in manifest.Files)
        {
            var path = Inside(partial, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? partial);
            try
            {
                await _artifacts.GetFileAsync(file, path, cancellation);
            }
            catch (ObjectStoreException exception) when (exception.Error
                is ObjectStoreError.Integrity or ObjectStoreError.Disk or ObjectStoreError.NotFound)
            {
                Directory.Delete(partial, recursive: true);
                throw new ObjectStoreException(
                    ObjectStoreError.Integrity,
                    $"{artifact.Uri} is damaged in {store.Location}: file '{file.Name}' with SHA-256 {file.Sha256}: "
                        + $"{exception.Message}. {HowToRebuild(manifest)}", exception);
            }
        }

        return partial;
    }

    private static string HowToRebuild(Manifest manifest) => manifest.Properties.TryGetValue("stage", out var stage)
        ? $"Stage '{stage}' makes it: start the run again, the stage does not count as finished any more and makes it "
            + "from its own inputs"
        : $"No stage makes a {manifest.Kind}: bring its source again, or restore the store from a backup";

    // Names come from a manifest, so they are not trusted as paths.
    private static string Inside(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"file name '{name}' leads out of its artefact");
    }

    private void Publish(string partial, string folder)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder) ?? folder);
        try
        {
            Directory.Move(partial, folder);
            _copies.Prove(folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Somebody else had the same content first.
            Directory.Delete(partial, recursive: true);
        }
    }

    private string FolderOf(string kind, string versionId) =>
        Path.Combine(paths.State, "cache", "artifacts", kind, versionId);
}
