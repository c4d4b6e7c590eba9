using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Crafted requests on the gRPC port are refused by code, and the server goes on serving.</summary>
[Trait("Tier", "workflow")]
public sealed class WireTests(UiServer server) : IClassFixture<UiServer>
{
    private const string Describe = "/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace";
    private const int Limit = 4 * 1024 * 1024;
    private static readonly byte[] DescribeDefault = [10, 7, .. "default"u8];

    [Fact]
    public async Task Call_ValidMessage_IsAnswered() => (await CallAsync(Describe, Frame(DescribeDefault))).ShouldBe(0);

    [Fact]
    public async Task Call_GzipMessage_IsAnswered() =>
        (await CallAsync(Describe, Frame(Gzip(DescribeDefault), 1), "gzip")).ShouldBe(0);

    [Fact]
    public async Task B52_GzipBomb_IsRefused() =>
        (await CallAsync(Describe, Frame(Gzip(new byte[Limit * 8]), 1), "gzip")).ShouldBe(8);

    [Fact]
    public async Task B52_OversizedFrame_IsRefused() =>
        (await CallAsync(Describe, Frame(new byte[Limit + 1]))).ShouldBe(8);

    [Fact]
    public async Task B52_LyingLength_IsRefused() =>
        (await CallAsync(Describe, [0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3])).ShouldBe(8);

    [Fact]
    public async Task B51_TruncatedFrame_IsRefused() =>
        (await CallAsync(Describe, [0, 0, 0, 0, 9, 10, 7])).ShouldBe(13);

    [Fact]
    public async Task B51_MalformedMessage_IsRefused() =>
        (await CallAsync(Describe, Frame([0xFF, 0xFF, 0xFF]))).ShouldBe(13);

    [Fact]
    public async Task B51_UnknownEncoding_IsRefused() =>
        (await CallAsync(Describe, Frame([1, 2], 1), "zstd")).ShouldBe(12);

    [Theory]
    [InlineData("/temporal.api.workflowservice.v1.WorkflowService/NoSuchMethod")]
    [InlineData("/temporal.api.workflowservice.v1.WorkflowService/PauseWorkflowExecution")]
    [InlineData("/nonsense")]
    public async Task Call_UnknownMethod_IsUnimplemented(string path) =>
        (await CallAsync(path, Frame([]))).ShouldBe(12);

    [Fact]
    public async Task B52_StreamsOpenedAndReset_LeaveTheServerServing()
    {
        using var http = Client();
        for (var round = 0; round < 10; round++)
        {
            using var stop = new CancellationTokenSource();
            var calls = Enumerable.Range(0, 50)
                .Select(_ => SendAsync(http, Describe, Frame(DescribeDefault), null, stop.Token)).ToList();
            await stop.CancelAsync();
            await Task.WhenAll(calls.Select(c => c.ContinueWith(_ => 0, TaskScheduler.Default)));
        }

        (await CallAsync(Describe, Frame(DescribeDefault))).ShouldBe(0);
    }

    private async Task<int> CallAsync(string path, byte[] body, string? encoding = null)
    {
        using var http = Client();
        return await SendAsync(http, path, body, encoding, CancellationToken.None);
    }

    private HttpClient Client() => new()
    {
        BaseAddress = new Uri("http://" + server.Address),
        Timeout = TimeSpan.FromSeconds(30),
    };

    private static async Task<int> SendAsync(
        HttpClient http, string path, byte[] body, string? encoding, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        if (encoding is not null) request.Headers.Add("grpc-encoding", encoding);
        using var response = await http.SendAsync(request, cancellation);
        await response.Content.ReadAsByteArrayAsync(cancellation);
        var status = response.Headers.TryGetValues("grpc-status", out var early)
            ? early : response.TrailingHeaders.GetValues("grpc-status");
        return int.Parse(status.Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gzip(byte[] data)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest)) gzip.Write(data);
        return output.ToArray();
    }
}
