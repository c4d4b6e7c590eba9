using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Pipeline.Data.Ingest;

/// <summary>
/// Raw data in a folder. Keys are relative paths with forward slashes; links that leave the folder are not followed.
/// </summary>
public sealed class FolderRawStore : IRawStore
{
    private readonly string _root;

    /// <summary>Opens a folder.</summary>
    /// <param name="root">An existing folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public FolderRawStore(string root)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (!Directory.Exists(_root))
        {
            throw new DirectoryNotFoundException($"E-ING-MISSING  there is no folder '{root}'");
        }
    }

    /// <inheritdoc/>
    public string Location => _root;

    /// <inheritdoc/>
    public async IAsyncEnumerable<RawObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        foreach (var path in Directory.EnumerateFiles(_root, "*", options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = path[(_root.Length + 1)..].Replace(Path.DirectorySeparatorChar, '/');
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return Describe(key, new FileInfo(path));
            }
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<string> DownloadAsync(RawObject source, string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(source.Key));
        Check(source, file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var input = new FileStream(
            file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan))
        await using (var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1))
        {
            var buffer = new byte[1 << 20];
            for (int read; (read = await input.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }

        // Written meanwhile: the copy may hold parts of both.
        file.Refresh();
        Check(source, file);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Check(RawObject source, FileInfo file)
    {
        var found = file.Exists ? Describe(source.Key, file).Version : null;
        if (found != source.Version)
        {
            throw new SourceMutatedException(source.Key, source.Version, found);
        }
    }

    private static RawObject Describe(string key, FileInfo file) =>
        new(key, $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}", file.Length,
            new DateTimeOffset(file.LastWriteTimeUtc));

    // A key from a listing cannot leave the folder; one from elsewhere must not either.
    private string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(_root, key));
        return path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new DataPathException(key);
    }

    private sealed class DataPathException(string key)
        : IOException($"E-ING-PATH  '{key}' leaves the folder of the raw data; it is not read");
}
