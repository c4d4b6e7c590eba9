using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Faults;

namespace Pipeline.Data.Stages;

/// <summary>A file that appears under its name only when it is complete: temporary sibling, fsync, rename.</summary>
internal sealed class AtomicFile : IAsyncDisposable
{
    private const int FlushBytes = 1 << 18;
    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly bool _durable;
    private bool _committed;

    /// <param name="path">Name that the file gets.</param>
    /// <param name="durable">Whether it must survive a loss of power; a cache that is checked before use need
    /// not.</param>
    public AtomicFile(string path, bool durable = true)
    {
        _durable = durable;
        _path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(_path)
            ?? throw new ArgumentException($"{path} is not a file path", nameof(path));
        Directory.CreateDirectory(folder);
        _temporary = Path.Combine(folder, $".{Path.GetFileName(_path)}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp");
        _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
    }

    /// <summary>
    /// What is written next; moved to disk by <see cref="EndLineAsync"/> and <see cref="CommitAsync"/>.
    /// </summary>
    public ArrayBufferWriter<byte> Buffer { get; } = new(FlushBytes + 65536);

    public long Length { get; private set; }

    /// <summary>Offset at which the next byte of <see cref="Buffer"/> will lie.</summary>
    public long Position => Length + Buffer.WrittenCount;

    public void Write(ReadOnlySpan<byte> bytes) => Buffer.Write(bytes);

    public ValueTask EndLineAsync(CancellationToken cancellationToken)
    {
        EndLine();
        return Buffer.WrittenCount >= FlushBytes ? new ValueTask(FlushAsync(cancellationToken)) : default;
    }

    /// <summary>As <see cref="EndLineAsync"/>, for callers on a thread of their own.</summary>
    public void EndLine()
    {
        Buffer.GetSpan(1)[0] = (byte)'\n';
        Buffer.Advance(1);
    }

    public void FlushIfFull()
    {
        if (Buffer.WrittenCount >= FlushBytes)
        {
            Flush();
        }
    }

    /// <summary>Writes the rest, forces it to disk and gives the file its name.</summary>
    /// <returns>SHA-256 of the content, lower-case hex.</returns>
    public async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        try
        {
            // What failed to reach the disk is not tried again on the same file: it may seem to succeed then.
            FaultPoint.Hit("file.written");
            _stream.Flush(flushToDisk: _durable);
            await _stream.DisposeAsync();
            FaultPoint.Hit("file.synced");
            File.Move(_temporary, _path, overwrite: true);
        }
        catch (IOException exception)
        {
            throw Explain(exception, 0);
        }

        _committed = true;
        FaultPoint.Hit("file.committed");
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _hash.Dispose();
        if (!_committed)
        {
            File.Delete(_temporary);
        }
    }

    /// <summary>Removes what a killed process left in a folder.</summary>
    public static void Sweep(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.GetFiles(folder, ".*.tmp"))
        {
            File.Delete(file);
        }
    }

    private Task FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flush();
        return Task.CompletedTask;
    }

    private void Flush()
    {
        var bytes = Buffer.WrittenSpan;
        _hash.AppendData(bytes);
        try
        {
            FaultPoint.Hit("file.write");
            _stream.Write(bytes);
        }
        catch (IOException exception)
        {
            throw Explain(exception, bytes.Length);
        }

        Length += bytes.Length;
        Buffer.ResetWrittenCount();
    }

    private IOException Explain(IOException exception, int need)
    {
        var free = "unknown";
        try
        {
            free = new DriveInfo(Path.GetDirectoryName(_path)!).AvailableFreeSpace.ToString();
        }
        catch (IOException)
        {
            // The message without the free space is still useful.
        }

        return new IOException(
            $"cannot write {_path}: {exception.Message}; {Length} bytes were written, {need} more were due, {free} "
                + $"are free; nothing was kept", exception)
        {
            HResult = exception.HResult, // what tells a full disk from a broken one
        };
    }
}
