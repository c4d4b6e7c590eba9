using System.Runtime.CompilerServices;

namespace Pipeline.Registry.Storage.Directories;

/// <summary>An object store in a folder: atomic, durable and safe for several processes at once.</summary>
/// <remarks>
/// A write goes to a sibling under <c>.staging</c>, is flushed to disk, renamed (or linked, when the key must be free)
/// and the directory is flushed. The etag is the file's modification time, kept strictly increasing for each key, and
/// its length.
/// </remarks>
public sealed class DirectoryObjectStore : IObjectStore
{
    private const string StagingFolder = ".staging";
    private const string LockFolder = ".locks";
    private static readonly TimeSpan OrphanAge = TimeSpan.FromDays(1);

    private readonly string _root;
    private readonly TimeProvider _clock;

    /// <summary>Opens a store, creating its folder when needed.</summary>
    /// <param name="root">Folder of the store.</param>
    /// <param name="clock">Source of modification times; null takes the system's.</param>
    /// <exception cref="ObjectStoreException">The folder cannot be written, or its staging area is on another file
    /// system.</exception>
    public DirectoryObjectStore(string root, TimeProvider? clock = null)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _clock = clock ?? TimeProvider.System;
        Location = new Uri(_root + "/");
        try
        {
            Directory.CreateDirectory(Path.Combine(_root, StagingFolder));
            Directory.CreateDirectory(Path.Combine(_root, LockFolder));
            ProbeStaging();
            SweepOrphans();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DirectoryErrors.Translate(exception, _root, 0);
        }
    }

    /// <inheritdoc/>
    public Uri Location { get; }

    /// <inheritdoc/>
    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Describe(key, new FileInfo(PathOf(key))));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(
        string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = PathOf(key);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16,
                FileOptions.Asynchronous);
            // A renamed file keeps its open descriptor, so checking behind the open can only refuse, never mix
            // versions.
            if (ifMatch is not null && Describe(key, new FileInfo(path))?.ETag != ifMatch)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.PreconditionFailed,
                    $"object '{key}' changed while it was read; read its new version");
            }

            var part = range ?? new ByteRange(0, file.Length);
            if (range is not null && (part.Offset < 0 || part.Length < 1 || part.Offset + part.Length > file.Length))
            {
                throw new ObjectStoreException(
                    ObjectStoreError.Integrity,
                    $"object '{key}' has {file.Length} bytes; bytes {part.Offset} to {part.Offset + part.Length - 1} "
                        + $"are not in it");
            }

            file.Position = part.Offset;
            return Task.FromResult<Stream>(new ExactLengthStream(file, part.Length, key));
        }
        catch (Exception exception)
        {
            file?.Dispose();
            throw exception is ObjectStoreException ? exception
                : exception is FileNotFoundException or DirectoryNotFoundException
                ? DirectoryErrors.Missing(key, exception)
                : DirectoryErrors.Translate(exception, path, 0);
        }
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> PutAsync(
        string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default)
    {
        var path = PathOf(key);
        var start = content.CanSeek ? content.Position : -1;
        var staged = await StageAsync(content, cancellation);
        try
        {
            return Commit(key, path, staged, condition);
        }
        catch (IOException exception) when (exception.HResult == Posix.IoError && start >= 0)
        {
            // A failed fsync may have dropped the pages, and asking again would lie: write everything to a new file,
            // once.
            File.Delete(staged);
            content.Position = start;
            staged = await StageAsync(content, cancellation);
            return CommitOrTranslate(key, path, staged, condition);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DirectoryErrors.Translate(exception, path, 0);
        }
        finally
        {
            File.Delete(staged);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? _root : Path.Combine(_root, ObjectPath.FromKey(prefix[..slash]));
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        var keys = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => path[(_root.Length + 1)..])
            .Where(relative => relative[0] != '.')
            .Select(ObjectPath.ToKey)
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(key, startAfter) > 0)
            .Order(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Describe(key, new FileInfo(PathOf(key))) is { } info)
            {
                yield return info;
            }
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = PathOf(key);
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
                Posix.SyncDirectory(Path.GetDirectoryName(path) ?? _root);
            }

            return Task.CompletedTask;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DirectoryErrors.Translate(exception, path, 0);
        }
    }

    private static ObjectInfo? Describe(string key, FileInfo file) =>
        file.Exists
            ? new ObjectInfo(key, file.Length, $"\"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}\"",
                new DateTimeOffset(file.LastWriteTimeUtc)) : null;

    private string PathOf(string key) => Path.Combine(_root, ObjectPath.FromKey(key));

    private async Task<string> StageAsync(Stream content, CancellationToken cancellation)
    {
        var staged = Path.Combine(_root, StagingFolder, Guid.NewGuid().ToString("N"));
        var written = 0L;
        try
        {
            await using var file = new FileStream(
                staged, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            var buffer = new byte[1 << 18];
            for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0; written += read)
            {
                Faults.FaultPoint.Hit("store.write");
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }

            return staged;
        }
        catch (Exception exception)
        {
            File.Delete(staged);
            throw exception is IOException or UnauthorizedAccessException
                ? DirectoryErrors.Translate(exception, staged, content.CanSeek ? content.Length : written)
                : exception;
        }
    }

    private ObjectInfo CommitOrTranslate(string key, string path, string staged, PutCondition condition)
    {
        try
        {
            return Commit(key, path, staged, condition);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DirectoryErrors.Translate(exception, path, 0);
        }
    }

    private ObjectInfo Commit(string key, string path, string staged, PutCondition condition)
    {
        using (var file = new FileStream(staged, FileMode.Open, FileAccess.Write, FileShare.Read, 0))
        {
            Faults.FaultPoint.Hit("store.fsync");
            file.Flush(flushToDisk: true);
        }

        var folder = CreateFolders(path);
        using (LockKey(path))
        {
            var current = new FileInfo(path);
            DirectoryErrors.CheckCondition(key, condition, Describe(key, current)?.ETag);
            var time = _clock.GetUtcNow().UtcDateTime;
            File.SetLastWriteTimeUtc(staged,
                current.Exists && current.LastWriteTimeUtc >= time ? current.LastWriteTimeUtc.AddTicks(1) : time);
            Faults.FaultPoint.Hit("store.rename");
            if (condition.IfAbsent)
            {
                Link(key, staged, path);
            }
            else
            {
                Posix.Rename(staged, path);
            }
        }

        Faults.FaultPoint.Hit("store.dirsync");
        Posix.SyncDirectory(folder);
        return Describe(key, new FileInfo(path)) ?? throw DirectoryErrors.Missing(key, null);
    }

    private static void Link(string key, string staged, string path)
    {
        try
        {
            Posix.Link(staged, path);
        }
        catch (IOException exception) when (exception.HResult == Posix.Exists)
        {
            throw new ObjectStoreException(
                ObjectStoreError.PreconditionFailed, $"object '{key}' exists already", exception);
        }
    }

    // A new folder must itself be durable before the file in it is.
    private string CreateFolders(string path)
    {
        var folder = Path.GetDirectoryName(path) ?? _root;
        var missing = new Stack<string>();
        for (var at = folder; !Directory.Exists(at); at = Path.GetDirectoryName(at) ?? _root)
        {
            missing.Push(at);
        }

        while (missing.TryPop(out var next))
        {
            Directory.CreateDirectory(next);
            Posix.SyncDirectory(Path.GetDirectoryName(next) ?? _root);
        }

        return folder;
    }

    // One of 256 lock files, chosen by the path; held for a rename only. FileShare.None takes flock, which ends with
    // its process.
    private FileStream LockKey(string path)
    {
        var hash = 0u;
        foreach (var c in path)
        {
            hash = (hash * 31) + c;
        }

        var file = Path.Combine(_root, LockFolder, (hash % 256).ToString("x2"));
        for (var wait = 1; ; wait = Math.Min(wait * 2, 50))
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
            }
            catch (IOException exception)
                when (exception is not DirectoryNotFoundException && exception.HResult is 11 or -2147024864)
            {
                Thread.Sleep(wait);
            }
        }
    }

    private void ProbeStaging()
    {
        var probe = Path.Combine(_root, StagingFolder, "probe-" + Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(probe, []);
        var target = Path.Combine(_root, LockFolder, Path.GetFileName(probe));
        try
        {
            Posix.Rename(probe, target);
        }
        finally
        {
            File.Delete(probe);
            File.Delete(target);
        }
    }

    private void SweepOrphans()
    {
        foreach (var orphan in new DirectoryInfo(Path.Combine(_root, StagingFolder)).EnumerateFiles())
        {
            if (_clock.GetUtcNow().UtcDateTime - orphan.LastWriteTimeUtc > OrphanAge)
            {
                orphan.Delete();
            }
        }
    }
}
