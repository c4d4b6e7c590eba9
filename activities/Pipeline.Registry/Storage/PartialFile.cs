using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Registry.Storage;

/// <summary>The file of a download that is not complete, and the note of ranges that are.</summary>
/// <remarks>
/// A resumable file is named after the version of the object; beside it lies a list <c>RANGE CRC64</c>, one line for
/// each range that was written. A range counts only when the bytes in the file have that checksum, so a lost or torn
/// write is fetched again.
/// </remarks>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly StreamWriter? _notes;
    private readonly Dictionary<int, ulong> _kept;
    private bool _keep;

    private PartialFile(string path, SafeFileHandle handle, StreamWriter? notes, Dictionary<int, ulong> kept) =>
        (_path, Handle, _notes, _kept, _keep) = (path, handle, notes, kept, notes is not null);

    public SafeFileHandle Handle { get; }

    public static PartialFile Open(string target, ObjectInfo info, long partBytes, bool resumable)
    {
        if (resumable)
        {
            var version = Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{info.Key}\n{info.ETag}\n{info.Bytes}\n{partBytes}")))[..16];
            var path = $"{target}.{version}.part";
            try
            {
                // The lock keeps a second process, an earlier attempt for example, away from the same file.
                var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                var kept = ReadNotes(path + "s");
                return new PartialFile(
                    path, handle, new StreamWriter(path + "s", append: true) { AutoFlush = true }, kept);
            }
            catch (IOException)
            {
                // In use: this attempt works alone.
            }
        }

        var single = $"{target}.{Guid.NewGuid():N}.part";
        return new PartialFile(
            single, File.OpenHandle(single, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None), notes: null, []);
    }

    /// <summary>The checksum of a range that an earlier attempt brought, when the file still has it.</summary>
    public ulong? Checksum(int part, ByteRange range)
    {
        if (!_kept.TryGetValue(part, out var noted) || RandomAccess.GetLength(Handle) < range.Offset + range.Length)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            var crc = 0UL;
            for (var done = 0L; done < range.Length;)
            {
                var read = RandomAccess.Read(
                    Handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.Length - done)), range.Offset + done);
                crc = Crc64Nvme.Append(crc, buffer.AsSpan(0, read));
                done += read;
            }

            return crc == noted ? crc : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Notes that a range is in the file.</summary>
    public void Note(int part, ulong checksum)
    {
        if (_notes is not null)
        {
            lock (_notes)
            {
                _notes.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part} {checksum:x16}"));
            }
        }

        Faults.FaultPoint.Hit("download.part");
    }

    public void MoveTo(string target)
    {
        Handle.Dispose();
        File.Move(_path, target, overwrite: true);
        _keep = true;
        if (_notes is not null)
        {
            _notes.Dispose();
            File.Delete(_path + "s");
        }
    }

    public void Discard() => _keep = false;

    public void Dispose()
    {
        Handle.Dispose();
        _notes?.Dispose();
        if (!_keep)
        {
            File.Delete(_path);
            File.Delete(_path + "s");
        }
    }

    private static Dictionary<int, ulong> ReadNotes(string path)
    {
        var kept = new Dictionary<int, ulong>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            var fields = line.Split(' ');
            if (fields is [var part, { Length: 16 } crc]
                && int.TryParse(part, CultureInfo.InvariantCulture, out var index)
                && ulong.TryParse(crc, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var checksum))
            {
                kept[index] = checksum;
            }
        }

        return kept;
    }
}
