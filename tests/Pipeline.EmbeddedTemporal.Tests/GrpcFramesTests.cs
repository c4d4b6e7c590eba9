using System.Buffers;
using System.IO.Compression;
using Pipeline.EmbeddedTemporal.Grpc;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class GrpcFramesTests
{
    [Fact]
    public void Prefix_BigEndianLength_IsRead()
    {
        var (compressed, length) = GrpcFrames.Prefix(new ReadOnlySequence<byte>([1, 0, 0, 1, 2]));
        compressed.ShouldBeTrue();
        length.ShouldBe(258);
    }

    [Fact]
    public void Prefix_UnknownFlag_IsRefused() =>
        Should.Throw<RpcError>(() => GrpcFrames.Prefix(new ReadOnlySequence<byte>([7, 0, 0, 0, 0]))).Code.ShouldBe(
            StatusCode.Internal);

    [Fact]
    public void Inflate_Gzip_RestoresTheMessage()
    {
        byte[] message = [1, 2, 3, 4, 5];
        GrpcFrames.Inflate(Gzip(message), "gzip").ToArray().ShouldBe(message);
    }

    [Fact]
    public void Inflate_Bomb_IsStoppedAtTheLimit() =>
        Should.Throw<RpcError>(() => GrpcFrames.Inflate(Gzip(new byte[GrpcFrames.MaxMessageBytes * 4]), "gzip")).Code
            .ShouldBe(StatusCode.ResourceExhausted);

    [Fact]
    public void Inflate_Garbage_IsRefused() =>
        Should.Throw<RpcError>(() => GrpcFrames.Inflate([1, 2, 3], "gzip")).Code.ShouldBe(StatusCode.Internal);

    [Fact]
    public void PercentEncode_NonAscii_IsEscaped() => GrpcEndpoint.PercentEncode("a%ü").ShouldBe("a%25%C3%BC");

    [Theory]
    [InlineData("250m", 250)]
    [InlineData("30S", 30_000)]
    public void DeadlineOf_KnownUnit_IsInTheFuture(string header, double milliseconds) =>
        (GrpcEndpoint.DeadlineOf(header)!.Value - DateTime.UtcNow).TotalMilliseconds.ShouldBeInRange(
            milliseconds - 200, milliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("12q")]
    public void DeadlineOf_Garbage_IsNone(string header) => GrpcEndpoint.DeadlineOf(header).ShouldBeNull();

    private static byte[] Gzip(byte[] data)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest)) gzip.Write(data);
        return output.ToArray();
    }
}
