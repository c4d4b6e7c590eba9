using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Pipeline.EmbeddedTemporal.Grpc;

// The length-prefixed message framing of gRPC: one flag byte, four length bytes (big-endian), the message.
internal static class GrpcFrames
{
    // The receive limit of the real server; it also bounds what a compressed message may expand to.
    public const int MaxMessageBytes = 4 * 1024 * 1024;
    private const int PrefixBytes = 5;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request)
    {
        var reader = request.BodyReader;
        while (true)
        {
            var read = await ReadPartAsync(reader, request.HttpContext.RequestAborted);
            var buffer = read.Buffer;
            if (buffer.Length >= PrefixBytes)
            {
                var (compressed, length) = Prefix(buffer);
                if (length > MaxMessageBytes)
                    throw RpcError.Exhausted(
                        $"grpc: received message larger than max ({length} vs. {MaxMessageBytes})");
                if (buffer.Length >= PrefixBytes + length)
                {
                    var body = buffer.Slice(PrefixBytes, length).ToArray();
                    reader.AdvanceTo(buffer.End);
                    return compressed ? Inflate(body, request.Headers["grpc-encoding"].ToString()) : body;
                }
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                throw new RpcError(StatusCode.Internal, "grpc: request ended before its message was complete");
        }
    }

    private static async Task<ReadResult> ReadPartAsync(PipeReader reader, CancellationToken aborted)
    {
        try
        {
            return await reader.ReadAsync(aborted);
        }
        catch (IOException error)
        {
            throw new ClientGoneException(error);
        }
    }

    public static async Task WriteAsync(HttpResponse response, IMessage message)
    {
        var size = message.CalculateSize();
        WriteMessage(response.BodyWriter, message, size);
        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
    }

    internal static void WriteMessage(PipeWriter writer, IMessage message, int size)
    {
        var prefix = writer.GetSpan(PrefixBytes);
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)size);
        writer.Advance(PrefixBytes);
        if (size > 0) message.WriteTo((IBufferWriter<byte>)writer);
    }

    internal static (bool Compressed, long Length) Prefix(ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] > 1)
            throw new RpcError(StatusCode.Internal, "grpc: received message with an unknown compression flag");
        return (prefix[0] == 1, BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));
    }

    internal static ReadOnlyMemory<byte> Inflate(byte[] body, string encoding)
    {
        if (encoding is not "gzip")
            throw new RpcError(
                StatusCode.Unimplemented, $"grpc: Decompressor is not installed for grpc-encoding \"{encoding}\"");
        try
        {
            using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
            using var output = new MemoryStream(Math.Min(body.Length * 4, MaxMessageBytes));
            var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
            try
            {
                for (var n = gzip.Read(chunk); n > 0; n = gzip.Read(chunk))
                {
                    output.Write(chunk, 0, n);
                    if (output.Length > MaxMessageBytes)
                        throw RpcError.Exhausted(
                            $"grpc: received message after decompression larger than max ({output.Length} vs. "
                                + $"{MaxMessageBytes})");
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(chunk);
            }

            return output.GetBuffer().AsMemory(0, (int)output.Length);
        }
        catch (InvalidDataException error)
        {
            throw new RpcError(
                StatusCode.Internal, "grpc: failed to decompress the received message: " + error.Message);
        }
    }
}
