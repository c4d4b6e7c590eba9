using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Models;

/// <summary>Copies a version to the registry of another store, such as from staging to production.</summary>
public static class RegistryCopy
{
    /// <summary>
    /// Copies base record, lineage, files and version; doing it again changes nothing. Aliases are not copied.
    /// </summary>
    /// <param name="source">Where the version is.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="address">The version.</param>
    /// <param name="actor">Who copies.</param>
    /// <param name="cancellation">Stops the copy; what was copied stays and is reused.</param>
    /// <returns>The version in the target; its number may differ.</returns>
    /// <exception cref="RegistryException">The source does not have the version, or the target has another base of this
    /// revision.</exception>
    /// <exception cref="ObjectStoreException">A file does not have the digest that its manifest names.</exception>
    public static async Task<AdapterVersion> CopyAsync(
        ModelRegistry source, ModelRegistry target, ModelAddress address, string actor,
        CancellationToken cancellation = default)
    {
        var version = await source.ResolveAsync(address, cancellation);
        await target.Bases.RegisterAsync(await source.Bases.RequireAsync(version.Base, cancellation), cancellation);
        var lineage = await source.LineageAsync(version.Address, cancellation);
        foreach (var node in lineage.Nodes.Values)
        {
            await target.Lineage.RecordAsync(node, cancellation);
        }

        var manifest = await source.Artifacts.FindAsync(version.PackageKind, version.Package, cancellation)
            ?? throw new RegistryException(
                RegistryError.NotFound, $"the files of {version.Address} are missing from {source.Location}");
        foreach (var file in manifest.Files)
        {
            await CopyFileAsync(source.Artifacts, target.Artifacts, file, cancellation);
        }

        await target.Artifacts.CommitAsync(manifest, cancellation);
        var notes = await source.NotesAsync(version.Name, version.Version, cancellation);
        return await target.RegisterAsync(
            new RegisterVersion
            {
                Name = version.Name,
                PackageKind = version.PackageKind,
                Package = version.Package,
                Base = version.Base,
                Actor = actor,
                IdempotencyKey = version.IdempotencyKey,
                Lineage = [.. version.Lineage, lineage.Root],
                Licence = version.Licence,
                Obligations = version.Obligations,
                Description = version.Description,
                Tags = notes.Tags,
            },
            cancellation);
    }

    // Through a local file: the download proves the digest, and the upload names the file by the digest it then
    // computes.
    private static async Task CopyFileAsync(
        ArtifactStore source, ArtifactStore target, ArtifactFile file, CancellationToken cancellation)
    {
        var path = Path.Combine(Path.GetTempPath(), $"registry-copy-{Guid.NewGuid():N}");
        try
        {
            await source.GetFileAsync(file, path, cancellation);
            await target.PutFileAsync(path, file.Name, cancellation);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
