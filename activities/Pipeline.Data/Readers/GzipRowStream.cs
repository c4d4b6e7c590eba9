using System.Buffers.Binary;
using System.IO.Compression;

namespace Pipeline.Data.Readers;

/// <summary>
/// Expands gzip with every member's checksum verified, bytes after the last member refused, and limits on ratio and
/// size.
/// The framework's own stream silently ignores trailing bytes, which would hide a damaged upload.
/// </summary>
internal sealed class GzipRowStream : Stream
{
    private readonly ChunkFeeder _feeder;
    private readonly string _name;
    private readonly ReaderOptions _options;
    private DeflateStream? _member;
    private uint _crc;
    private uint _size;
    private long _expanded;
    private bool _done;

    public GzipRowStream(Stream inner, string name, ReaderOptions options)
    {
        _feeder = new ChunkFeeder(inner);
        _name = name;
        _options = options;
        ReadHeader(first: true);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _expanded; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (!_done && !buffer.IsEmpty)
        {
            int read;
            try
            {
                read = _member!.Read(buffer); // set by ReadHeader until the last member ended
            }
            catch (InvalidDataException exception)
            {
                throw Fault("E-ING-GZIP", $"the compressed data is damaged ({exception.Message}); upload it again");
            }

            if (read > 0)
            {
                _crc = Crc32.Append(_crc, buffer[..read]);
                _size += (uint)read;
                _expanded += read;
                CheckLimits();
                return read;
            }

            EndMember();
        }

        return 0;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            _feeder.Dispose();
        }

        base.Dispose(disposing);
    }

    private void EndMember()
    {
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _size);
        _member!.Dispose(); // see Read
        _member = null;
        if (!_feeder.SeekPast(trailer))
            throw Fault("E-ING-GZIP", "the checksum at the end is missing or wrong; the file is truncated or damaged");
        if (_feeder.AtEnd)
        {
            _done = true;
            return;
        }

        ReadHeader(first: false);
    }

    private void ReadHeader(bool first)
    {
        var start = _feeder.Position;
        Span<byte> header = stackalloc byte[10];
        if (_feeder.ReadUpTo(header) < 10 || header[0] != 0x1F || header[1] != 0x8B || header[2] != 8)
        {
            throw first
                ? Fault("E-ING-GZIP", "the name says gzip but the content is not; rename or recompress it")
                : Fault("E-ING-GZIP",
                    $"bytes after the end of the compressed data at byte {start} of the file; nothing after it was "
                        + $"read");
        }

        var flags = header[3];
        if ((flags & 4) != 0)
        {
            Span<byte> length = stackalloc byte[2];
            _feeder.ReadUpTo(length);
            for (var left = BinaryPrimitives.ReadUInt16LittleEndian(length); left > 0; left--) _feeder.NextByte();
        }

        for (var texts = ((flags >> 3) & 1) + ((flags >> 4) & 1); texts > 0; texts--)
        {
            while (_feeder.NextByte() > 0)
            {
            }
        }

        if ((flags & 2) != 0) _feeder.ReadUpTo(stackalloc byte[2]);
        _crc = 0;
        _size = 0;
        _member = new DeflateStream(_feeder, CompressionMode.Decompress, leaveOpen: true);
    }

    private void CheckLimits()
    {
        if (_expanded > _options.MaxExpandedBytes)
            throw Fault("E-ING-BOMB", $"expands to more than {_options.MaxExpandedBytes} bytes");
        if (_expanded > 1 << 20 && _expanded > _options.MaxCompressionRatio * _feeder.Position)
        {
            throw Fault(
                "E-ING-BOMB", $"expands more than {_options.MaxCompressionRatio:0}:1, as a decompression bomb does");
        }
    }

    private DataInputException Fault(string code, string what) => new(code, $"{_name}: {what}");
}
