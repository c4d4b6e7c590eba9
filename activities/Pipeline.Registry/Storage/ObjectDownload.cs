using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Registry.Storage;

/// <summary>Downloads one object to a file: parallel ranges of one version, each retried alone, checked as a whole.</summary>
public sealed class ObjectDownload
{
    private const int RangeAttempts = 4;

    private readonly IObjectStore _store;
    private readonly int _concurrency;
    private readonly int _partBytes;

    /// <summary>Prepares downloads.</summary>
    /// <param name="store">Where the objects are.</param>
    /// <param name="concurrency">Ranges in flight; memory is bounded by this times 1 MiB.</param>
    /// <param name="partBytes">Bytes of a range.</param>
    public ObjectDownload(IObjectStore store, int concurrency = 16, int partBytes = 8 << 20) =>
        (_store, _concurrency, _partBytes) = (store, concurrency, partBytes);

    /// <summary>Downloads.</summary>
    /// <param name="info">The version to download, as described by the store.</param>
    /// <param name="path">Target; written to a sibling first and renamed when complete.</param>
    /// <param name="sha256">Expected digest in lower-case hexadecimal; null only computes it.</param>
    /// <param name="cancellation">Stops the download; the partial file is removed.</param>
    /// <returns>The digest of the file.</returns>
    /// <exception cref="ObjectStoreException">The object changed meanwhile, is shorter than announced, or has another digest.</exception>
    public async Task<string> RunAsync(ObjectInfo info, string path, string? sha256 = null, CancellationToken cancellation = default)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                await FetchAsync(info, partial, cancellation);
                var digest = await DigestAsync(partial, cancellation);
                if (sha256 is null || digest == sha256)
                {
                    File.Move(partial, path, overwrite: true);
                    return digest;
                }

                if (attempt == 3)
                {
                    throw new ObjectStoreException(
                        ObjectStoreError.Integrity, $"'{info.Key}' has SHA-256 {digest} in three downloads, expected {sha256}; nothing was kept");
                }
            }
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<string> DigestAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    private async Task FetchAsync(ObjectInfo info, string partial, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(partial, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        if (info.Bytes == 0)
        {
            return;
        }

        var ranges = Enumerable.Range(0, (int)((info.Bytes + _partBytes - 1) / _partBytes))
            .Select(i => new ByteRange((long)i * _partBytes, Math.Min(_partBytes, info.Bytes - ((long)i * _partBytes))));
        await Parallel.ForEachAsync(
            ranges, new ParallelOptions { MaxDegreeOfParallelism = _concurrency, CancellationToken = cancellation },
            async (range, token) => await FetchRangeAsync(info, range, file, token));
    }

    private async Task FetchRangeAsync(ObjectInfo info, ByteRange range, SafeFileHandle file, CancellationToken cancellation)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            // What arrived stays; a broken connection costs the rest of one range.
            var done = 0L;
            for (var attempt = 1; done < range.Length; attempt++)
            {
                try
                {
                    await using var body = await _store.OpenAsync(
                        info.Key, new ByteRange(range.Offset + done, range.Length - done), info.ETag, cancellation);
                    for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0; done += read)
                    {
                        await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), range.Offset + done, cancellation);
                    }
                }
                catch (ObjectStoreException exception) when (exception.IsTransient && attempt < RangeAttempts)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), cancellation);
                }
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
