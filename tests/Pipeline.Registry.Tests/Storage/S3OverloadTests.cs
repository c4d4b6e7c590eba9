using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>A service that is overloaded for a while, as many requests at once see it.</summary>
public sealed class S3OverloadTests
{
    private const int Part = 1 << 10;
    private const string ETag = "ETag: \"v1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n";

    // How many requests were in flight when each began, by its number.
    private readonly ConcurrentDictionary<int, int> _seen = new();
    private readonly TaskCompletionSource _burst = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(503, "SlowDown"), InlineData(429, "TooManyRequests")]
    public async Task F02_RangesOfADownload_AreHalfAsManyAfterABurstAndRecover(int status, string code)
    {
        const int Ranges = 96;
        var content = Encoding.ASCII.GetString(RandomNumberGenerator.GetBytes(Ranges * Part / 2)
            .SelectMany(value => value.ToString("x2").Select(digit => (byte)digit)).ToArray());
        using var server = new FaultyS3Server((number, _, head) => number <= 16
            ? FaultyS3Server.Answer(status, $"<Error><Code>{code}</Code></Error>") : Range(content, head))
        {
            // Sixteen are refused together. From the 77th on at least 48 were served, which makes the bound 12: they
            // wait for each other to prove it.
            Work = (number, _, inFlight) => WorkAsync(number, inFlight, burst: 16, slow: 32, late: 77, recovered: 12),
        };
        using var store = Open(server, concurrency: 16);
        using var folder = new TempDirectory();
        var info = new ObjectInfo("k", content.Length, "\"v1\"", DateTimeOffset.UnixEpoch);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(content)));
        (await new ObjectDownload(store, 16, Part).RunAsync(info, folder.Combine("f"), digest, Stop)).ShouldBe(digest);
        (await File.ReadAllTextAsync(folder.Combine("f"), Stop)).ShouldBe(content);
        server.Requests.ShouldBe(Ranges + 16 + 1); // one HEAD asks for the checksum at the end
        MostOf(1, 16).ShouldBe(16);
        MostOf(17, 32).ShouldBeInRange(1, 8); // nine come when eight were served
        MostOf(77, 113).ShouldBeInRange(12, 16);
    }

    [Fact]
    public async Task F02_PartsOfAnUpload_AreHalfAsManyAfterABurst()
    {
        using var server = new FaultyS3Server((number, line, _) => line switch
        {
            _ when line.StartsWith("POST", StringComparison.Ordinal) && line.Contains("uploads", StringComparison.Ordinal)
                => Xml("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"),
            _ when line.StartsWith("POST", StringComparison.Ordinal)
                => Xml("<CompleteMultipartUploadResult><ETag>\"v1\"</ETag></CompleteMultipartUploadResult>"),
            _ when number <= 9 => FaultyS3Server.Answer(503, "<Error><Code>SlowDown</Code></Error>"),
            _ => FaultyS3Server.Answer(200, "", ETag),
        })
        {
            // The first request begins the upload; the eight behind it are refused together.
            Work = (number, _, inFlight) => number == 1
                ? Task.CompletedTask
                : WorkAsync(number, inFlight, burst: 9, slow: 17, late: int.MaxValue, recovered: 0),
        };
        using var store = Open(server, concurrency: 8);
        var written = await store.PutAsync("k", new MemoryStream(new byte[24 * Part]), default, Stop);
        written.Bytes.ShouldBe(24 * Part);
        server.Requests.ShouldBe(1 + 8 + 24 + 1);
        MostOf(2, 9).ShouldBe(8);
        MostOf(10, 17).ShouldBeInRange(1, 4);
    }

    [Fact]
    public async Task F02_ObjectsThatAreOpenOneInAnother_DoNotWaitForEachOther()
    {
        // Refused with one request in flight: from then on there is one slot.
        using var server = new FaultyS3Server((number, _, _) => number == 1
            ? FaultyS3Server.Answer(503, "<Error><Code>SlowDown</Code></Error>")
            : FaultyS3Server.Answer(200, "hello", ETag));
        using var store = Open(server, concurrency: 2);
        await using var outer = await store.OpenAsync("a", cancellation: Stop);
        using var inner = new StreamReader(
            await store.OpenAsync("b", cancellation: Stop).WaitAsync(TimeSpan.FromSeconds(20), Stop));
        (await inner.ReadToEndAsync(Stop)).ShouldBe("hello");
        using var reader = new StreamReader(outer);
        (await reader.ReadToEndAsync(Stop)).ShouldBe("hello");
    }

    private async Task WorkAsync(int number, int inFlight, int burst, int slow, int late, int recovered)
    {
        _seen[number] = inFlight;
        if (number == burst)
        {
            _burst.SetResult();
        }

        if (number >= late && inFlight >= recovered)
        {
            _recovered.TrySetResult();
        }

        // The last number of a burst comes when all of it is there; a slow answer lets others come that may.
        await (number <= burst ? _burst.Task
            : number <= slow ? Task.Delay(TimeSpan.FromMilliseconds(200), Stop)
            : number >= late ? _recovered.Task : Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    private int MostOf(int first, int last) =>
        _seen.Where(seen => seen.Key >= first && seen.Key <= last).Max(seen => seen.Value);

    private static S3ObjectStore Open(FaultyS3Server server, int concurrency) => new(
        new S3StoreOptions
        {
            Bucket = "b",
            Endpoint = server.Endpoint,
            Concurrency = concurrency,
            PartBytes = Part,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        },
        TestStores.Credentials);

    private static byte[] Xml(string text) => FaultyS3Server.Answer(200, text, "Content-Type: application/xml\r\n");

    private static byte[] Range(string content, string head)
    {
        if (head.StartsWith("HEAD", StringComparison.Ordinal))
        {
            return FaultyS3Server.Answer(200, "", ETag, announced: content.Length);
        }

        var line = head.Split("\r\n").First(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase));
        var range = line.Split('=')[1].Split('-').Select(int.Parse).ToArray();
        return FaultyS3Server.Answer(206, content[range[0]..(range[1] + 1)],
            $"{ETag}Content-Range: bytes {range[0]}-{range[1]}/{content.Length}\r\n");
    }
}
