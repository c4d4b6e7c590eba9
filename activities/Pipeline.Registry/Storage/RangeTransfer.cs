using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Registry.Storage;

/// <summary>
/// One attempt to bring an object into a partial file, range by range, with the checksums of what arrived.
/// </summary>
internal sealed class RangeTransfer : IDisposable
{
    private const int RangeAttempts = 4;
    private const int BufferBytes = 256 << 10;

    private readonly IObjectStore _store;
    private readonly ObjectInfo _info;
    private readonly string _path;
    private readonly long _partBytes;
    private readonly bool _digest;
    private readonly PartialFile _partial;
    private readonly ulong[] _checksums;
    private readonly TaskCompletionSource[] _arrived;
    private readonly SemaphoreSlim _writing = new(1);
    private bool _provenByStore;

    public RangeTransfer(IObjectStore store, ObjectInfo info, string path, long partBytes, bool resumable, bool digest)
    {
        (_store, _info, _path, _partBytes, _digest) = (store, info, path, partBytes, digest);
        _checksums = new ulong[(info.Bytes + partBytes - 1) / partBytes];
        _arrived = digest && _checksums.Length > 1 ? [.. _checksums.Select(_ => new TaskCompletionSource())] : [];
        _partial = PartialFile.Open(path, info, partBytes, resumable && _checksums.Length > 1);
    }

    /// <summary>Whether the content is what the store keeps a checksum of; true when it keeps none.</summary>
    public bool ChecksumHolds { get; private set; }

    /// <summary>Fetches every range that is not there yet.</summary>
    /// <returns>The SHA-256 where it was asked for.</returns>
    public async Task<string?> RunAsync(int concurrency, CancellationToken cancellation)
    {
        string? digest;
        try
        {
            if (_checksums.Length == 1)
            {
                using var hash = _digest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
                await FetchRangeAsync(0, hash, cancellation);
                digest = hash is null ? null : Convert.ToHexStringLower(hash.GetHashAndReset());
            }
            else
            {
                digest = await FetchAllAsync(concurrency, cancellation);
            }

            ChecksumHolds = _provenByStore || await CompareAsync(cancellation);
            return digest;
        }
        catch (ObjectStoreException exception) when (exception.Error != ObjectStoreError.Unavailable)
        {
            _partial.Discard();
            throw;
        }
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit() => _partial.MoveTo(_path);

    /// <summary>Forgets what arrived.</summary>
    public void Discard() => _partial.Discard();

    public void Dispose()
    {
        _partial.Dispose();
        _writing.Dispose();
    }

    private async Task<string?> FetchAllAsync(int concurrency, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var hashing = _digest ? Task.Run(() => DigestAsync(stop.Token), cancellation) : Task.FromResult("");
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = stop.Token };
            await Parallel.ForEachAsync(Enumerable.Range(0, _checksums.Length), options, async (part, token) =>
            {
                if (_partial.Checksum(part, RangeOf(part)) is { } kept)
                {
                    _checksums[part] = kept;
                }
                else
                {
                    await FetchRangeAsync(part, hash: null, token);
                    _partial.Note(part, _checksums[part]);
                }

                if (_digest)
                {
                    _arrived[part].SetResult();
                }
            });
            return _digest ? await hashing : null;
        }
        finally
        {
            await stop.CancelAsync();
            await hashing.ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    // Follows the ranges in their order while later ones arrive; what it reads was written a moment ago and is in
    // memory.
    private async Task<string> DigestAsync(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var part = 0; part < _checksums.Length; part++)
            {
                await _arrived[part].Task.WaitAsync(cancellation);
                var range = RangeOf(part);
                for (var done = 0L; done < range.Length;)
                {
                    var read = RandomAccess.Read(_partial.Handle,
                        buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.Length - done)), range.Offset + done);
                    hash.AppendData(buffer, 0, read);
                    done += read;
                }
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ByteRange RangeOf(int part) =>
        new(part * _partBytes, Math.Min(_partBytes, _info.Bytes - (part * _partBytes)));

    private async Task FetchRangeAsync(int part, IncrementalHash? hash, CancellationToken cancellation)
    {
        var range = RangeOf(part);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            // What arrived stays; a broken connection costs the rest of one range.
            var done = 0L;
            for (var attempt = 1; done < range.Length; attempt++)
            {
                try
                {
                    var whole = range.Length == _info.Bytes && done == 0;
                    await using var body = await _store.OpenAsync(
                        _info.Key, whole ? null : new ByteRange(range.Offset + done, range.Length - done), _info.ETag,
                        cancellation);
                    if (whole && body.Length != range.Length)
                    {
                        throw new ObjectStoreException(
                            ObjectStoreError.Integrity,
                            $"'{_info.Key}' has {body.Length} bytes, listed with {range.Length}");
                    }

                    for (int read; (read = await body.ReadAtLeastAsync(
                        buffer, (int)Math.Min(BufferBytes, range.Length - done), false, cancellation))
                        > 0; done += read)
                    {
                        await WriteAsync(buffer.AsMemory(0, read), range.Offset + done, cancellation);
                        _checksums[part] = Crc64Nvme.Append(_checksums[part], buffer.AsSpan(0, read));
                        hash?.AppendData(buffer, 0, read);
                    }

                    _provenByStore = whole;
                }
                catch (ObjectStoreException exception)
                    when ((exception.IsTransient || exception.Error == ObjectStoreError.Disk)
                        && attempt < RangeAttempts)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), cancellation);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The kernel lets one writer into a file and makes the others spin for their turn; here they receive meanwhile.
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> data, long offset, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            RandomAccess.Write(_partial.Handle, data.Span, offset);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<bool> CompareAsync(CancellationToken cancellation)
    {
        var crc = 0UL;
        for (var part = 0; part < _checksums.Length; part++)
        {
            crc = Crc64Nvme.Combine(crc, _checksums[part], RangeOf(part).Length);
        }

        var expected = _info.Crc64;
        if (expected is null && await _store.HeadAsync(_info.Key, cancellation) is { } now && now.ETag == _info.ETag)
        {
            expected = now.Crc64;
        }

        return expected is null || expected == crc;
    }
}
