using System.Runtime.InteropServices;

namespace Pipeline.Data.Readers;

/// <summary>Expands Zstandard through the system's libzstd, with the same limits as gzip.</summary>
internal sealed partial class ZstdRowStream : Stream
{
    private readonly Stream _inner;
    private readonly string _name;
    private readonly ReaderOptions _options;
    private readonly byte[] _input = new byte[1 << 17];
    private nint _context;
    private nuint _start;
    private nuint _end;
    private nuint _pending;
    private long _compressed;
    private long _expanded;

    private ZstdRowStream(Stream inner, string name, ReaderOptions options)
    {
        (_inner, _name, _options) = (inner, name, options);
        _context = CreateDStream();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _expanded; set => throw new NotSupportedException(); }

    public static ZstdRowStream Open(Stream inner, string name, ReaderOptions options)
    {
        try
        {
            return new ZstdRowStream(inner, name, options);
        }
        catch (DllNotFoundException)
        {
            inner.Dispose();
            throw new DataInputException(
                "E-ENV-ZSTD",
                $"{name}: Zstandard needs the system library libzstd.so.1 (Debian: apt-get install libzstd1), or "
                    + $"expand it first with: zstd -d FILE");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override unsafe int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_start == _end)
            {
                var read = _inner.Read(_input);
                (_start, _end) = (0, (nuint)read);
                _compressed += read;
                if (read == 0) return _pending == 0
                    ? 0 : throw new DataInputException(
                        "E-ING-ZSTD", $"{_name}: the compressed data ends early; was the file truncated?");
            }

            fixed (byte* input = _input, output = buffer)
            {
                var source = new Buffer { Data = (nint)input, Size = _end, Position = _start };
                var target = new Buffer { Data = (nint)output, Size = (nuint)buffer.Length };
                _pending = DecompressStream(_context, ref target, ref source);
                if (IsError(_pending) != 0)
                    throw new DataInputException("E-ING-ZSTD",
                        $"{_name}: the compressed data is damaged: {Marshal.PtrToStringUTF8(GetErrorName(_pending))}");
                _start = source.Position;
                if (target.Position == 0) continue;
                _expanded += (long)target.Position;
                if (_expanded > _options.MaxExpandedBytes
                    || (_expanded > 1 << 20 && _expanded > _options.MaxCompressionRatio * _compressed))
                {
                    throw new DataInputException(
                        "E-ING-BOMB",
                        $"{_name}: expands more than {_options.MaxCompressionRatio:0}:1 or beyond "
                            + $"{_options.MaxExpandedBytes} bytes, as a decompression bomb does");
                }

                return (int)target.Position;
            }
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
        if (_context != 0) FreeDStream(_context);
        _context = 0;
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_createDStream")]
    private static partial nint CreateDStream();

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_freeDStream")]
    private static partial nuint FreeDStream(nint context);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(nint context, ref Buffer output, ref Buffer input);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_getErrorName")]
    private static partial nint GetErrorName(nuint code);

    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }
}
