using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Pipeline.Registry.Artifacts;

namespace Pipeline.Registry.Models;

/// <summary>A base model that adapters may be trained on; immutable once registered.</summary>
public sealed record BaseModel
{
    /// <summary>Id, such as <c>owner/model-8B</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Revision, such as a commit or a version.</summary>
    public required string Revision { get; init; }

    /// <summary>Architecture, the <c>model_type</c> of the configuration.</summary>
    public required string Architecture { get; init; }

    /// <summary>Type of the stored weights, such as <c>bfloat16</c>.</summary>
    public required string DType { get; init; }

    /// <summary>Number of parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence, tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>SPDX expression or a known model licence.</summary>
    public required string Licence { get; init; }

    /// <summary>Every file with its digest, in ordinal order of the names.</summary>
    public required IReadOnlyList<ArtifactFile> Files { get; init; }

    /// <summary>
    /// SHA-256 over names, digests and lengths of the files: equal weights, equal digest, wherever they lie.
    /// </summary>
    [JsonIgnore]
    public string Digest => DigestOf(Files);

    /// <summary>Id and revision.</summary>
    [JsonIgnore]
    public BaseModelRef Reference => new(Id, Revision, Digest);

    /// <summary>The digest of a set of files.</summary>
    /// <param name="files">Files in any order.</param>
    /// <returns>Lower-case hexadecimal.</returns>
    public static string DigestOf(IEnumerable<ArtifactFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{file.Name}\n{file.Sha256}\n{file.Bytes}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Lists the files of a model directory with their digests; hidden files and subfolders are not part of a model.
    /// </summary>
    /// <param name="directory">Model directory.</param>
    /// <param name="cancellation">Stops the hashing.</param>
    /// <returns>Files in ordinal order of the names.</returns>
    public static async Task<IReadOnlyList<ArtifactFile>> DigestFilesAsync(
        string directory, CancellationToken cancellation = default)
    {
        var files = new List<ArtifactFile>();
        foreach (var path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (name[0] != '.')
            {
                await using var file = new FileStream(
                    path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
                var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
                files.Add(new ArtifactFile(name, digest, file.Length));
            }
        }

        return files;
    }
}

/// <summary>Points at exactly one state of a base model.</summary>
/// <param name="Id">Id.</param>
/// <param name="Revision">Revision.</param>
/// <param name="Digest">Digest of its files, see <see cref="BaseModel.Digest"/>.</param>
public sealed record BaseModelRef(string Id, string Revision, string Digest);
