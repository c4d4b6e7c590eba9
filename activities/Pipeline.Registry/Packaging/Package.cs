using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Packaging;

/// <summary>
/// Makes packages of directories, and directories of packages; equal inputs give the same package digest.
/// </summary>
/// <param name="artifacts">Where packages live.</param>
public sealed class Package(ArtifactStore artifacts)
{
    /// <summary>Kind of the artefact, the <see cref="RegisterVersion.PackageKind"/> of versions.</summary>
    public const string ArtifactKind = "package";

    private const string KindProperty = "kind";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Stores the files of a directory with a card, and commits them as one package.</summary>
    /// <param name="directory">Adapter or merged model; a card in it is replaced.</param>
    /// <param name="card">The card to write.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>The committed package.</returns>
    /// <exception cref="InvalidDataException">A file may not be in a package, or one is missing.</exception>
    public async Task<Manifest> CreateAsync(string directory, ModelCard card, CancellationToken cancellation = default)
    {
        var files = new List<ArtifactFile>();
        foreach (var path in PackageFiles.Find(directory, card.Kind)
            .Where(path => Path.GetFileName(path) != PackageFiles.Card))
        {
            files.Add(await artifacts.PutFileAsync(path, Path.GetFileName(path), cancellation));
        }

        files.Add(
            await artifacts.PutBytesAsync(
                Encoding.UTF8.GetBytes(ModelCardWriter.Write(card)), PackageFiles.Card, cancellation));
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [KindProperty] = card.Kind == PackageKind.Adapter ? "adapter" : "merged",
            ["base"] = $"{card.Base.Id}@{card.Base.Revision}",
            ["baseDigest"] = card.Base.Digest,
            ["licence"] = card.Licence,
        };
        var manifest = Manifest.Create(ArtifactKind, files, properties);
        await artifacts.CommitAsync(manifest, cancellation);
        return manifest;
    }

    /// <summary>Unpacks a package into an empty directory; every file is checked against its digest.</summary>
    /// <param name="id">Version id of the package.</param>
    /// <param name="directory">A directory that is empty, does not exist, or holds this package already.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>The package.</returns>
    /// <exception cref="InvalidDataException">The directory holds something else, or the package names a file that may not be
    /// in one.</exception>
    /// <exception cref="RegistryException">There is no such package, or its manifest or a file was changed.</exception>
    public async Task<Manifest> UnpackAsync(string id, string directory, CancellationToken cancellation = default)
    {
        RegistryNames.Digest("package", id);
        try
        {
            var manifest = await artifacts.FindAsync(ArtifactKind, id, cancellation)
                ?? throw new RegistryException(RegistryError.NotFound, $"package {id} is not in the store");
            var kind = manifest.Properties.GetValueOrDefault(KindProperty) == "merged"
                ? PackageKind.Merged : PackageKind.Adapter;
            if (manifest.Files.FirstOrDefault(file => !PackageFiles.IsAllowed(file.Name, kind)) is { } strange)
            {
                throw new InvalidDataException(
                    $"package {id} names '{RegistryNames.Shown(strange.Name)}', which is not part of a package");
            }

            if (!Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any())
            {
                await WriteAsync(manifest, directory, cancellation);
                return manifest;
            }

            return Holds(manifest, directory) ? manifest : throw new InvalidDataException(
                $"{directory} is not empty; a package is unpacked into an empty directory");
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.Integrity)
        {
            throw new RegistryException(
                RegistryError.Digest, $"package {id} was changed after it was committed: {exception.Message}");
        }
    }

    private static bool Holds(Manifest manifest, string directory) => manifest.Files.All(file =>
    {
        var path = Path.Combine(directory, file.Name);
        if (!File.Exists(path))
        {
            return false;
        }

        using var content = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == file.Sha256;
    });

    // All files or none: what was written before a failure goes away again.
    private async Task WriteAsync(Manifest manifest, string directory, CancellationToken cancellation)
    {
        var isNew = !Directory.Exists(directory);
        Directory.CreateDirectory(directory);
        try
        {
            foreach (var file in manifest.Files)
            {
                await artifacts.GetFileAsync(file, Path.Combine(directory, file.Name), cancellation);
            }

            var list = JsonSerializer.Serialize(
                new
                {
                    package = manifest.VersionId,
                    files = manifest.Files.ToDictionary(file => file.Name, file => file.Sha256),
                },
                Indented);
            await File.WriteAllTextAsync(Path.Combine(directory, PackageFiles.List), list + "\n", cancellation);
        }
        catch
        {
            Directory.EnumerateFiles(directory).ToList().ForEach(File.Delete);
            if (isNew)
            {
                Directory.Delete(directory);
            }

            throw;
        }
    }
}
