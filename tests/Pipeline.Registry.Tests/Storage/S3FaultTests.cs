using System.Security.Cryptography;
using System.Text;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

public sealed class S3FaultTests
{
    // A whole body is compared with an etag that is an MD5, so some of the whole bodies below come with theirs.
    private const string HelloETag =
        "ETag: \"5d41402abc4b2a76b9719d911017c592\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n";
    private const string ETag = "ETag: \"v1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n";

    [Fact]
    public async Task F02_SlowDownBursts_AreRetriedWithinTheBudget()
    {
        using var server = new FaultyS3Server((n, _, _) => n <= 3
            ? FaultyS3Server.Answer(503, "<Error><Code>SlowDown</Code></Error>")
            : FaultyS3Server.Answer(200, "hello", HelloETag));
        using var store = Open(server);
        (await ObjectStoreContractTests.ReadAsync(store, "k")).ShouldBe("hello");
        server.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task F02_EndlessSlowDown_EndsWithAClearErrorAndNoStorm()
    {
        using var server =
            new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(503, "<Error><Code>SlowDown</Code></Error>"));
        using var store = Open(server);
        var error = await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k"));
        error.Error.ShouldBe(ObjectStoreError.Unavailable);
        server.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task F03_ShortBody_ResumesTheRestOfTheRange()
    {
        var content = "0123456789abcdef";
        using var server = new FaultyS3Server((n, _, head) => Ranged(content, head, cut: n == 1 ? 6 : null));
        using var store = Open(server);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", content.Length, "\"v1\"", DateTimeOffset.UnixEpoch);
        await new ObjectDownload(store, 1).RunAsync(info, directory.Combine("f"), Sha(content));
        (await File.ReadAllTextAsync(directory.Combine("f"))).ShouldBe(content);
    }

    [Fact]
    public async Task F03_ShortBody_IsNeverAccepted()
    {
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, "hel", HelloETag, announced: 5));
        using var store = Open(server);
        await Should.ThrowAsync<ObjectStoreException>(() => ObjectStoreContractTests.ReadAsync(store, "k"));
    }

    [Fact]
    public async Task F04_FlippedBit_IsRefetchedThenRefused()
    {
        var flips = 1;
        using var server = new FaultyS3Server((_, _, head) => Ranged(flips-- > 0 ? "jello" : "hello", head, null));
        using var store = Open(server);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", 5, "\"v1\"", DateTimeOffset.UnixEpoch);
        await new ObjectDownload(store, 1).RunAsync(info, directory.Combine("f"), Sha("hello"));
        flips = 100;
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => new ObjectDownload(store, 1).RunAsync(info, directory.Combine("g"), Sha("hello")));
        error.Error.ShouldBe(ObjectStoreError.Integrity);
        error.Message.ShouldContain("'k'");
        File.Exists(directory.Combine("g")).ShouldBeFalse();
        Directory.GetFiles(directory.Path).Length.ShouldBe(1);
    }

    [Fact]
    public async Task F04_FlippedBit_IsFoundByTheChecksumOfTheService()
    {
        var checksum = $"x-amz-checksum-crc64nvme: {Crc64Nvme.ToHeader(Crc64Nvme.Append(0, "hello"u8))}\r\n{ETag}";
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, "jello", checksum));
        using var store = Open(server);
        (await Should.ThrowAsync<ObjectStoreException>(() => ObjectStoreContractTests.ReadAsync(store, "k"))).Error
            .ShouldBe(ObjectStoreError.Integrity);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", 5, "\"v1\"", DateTimeOffset.UnixEpoch);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => new ObjectDownload(store).CopyAsync(info, directory.Combine("f")));
        error.Error.ShouldBe(ObjectStoreError.Integrity);
        Directory.GetFiles(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task F04_FlippedBitInARange_IsFoundByTheChecksumOfTheWhole()
    {
        var flips = 1;
        using var server =
            new FaultyS3Server((_, _, head) => Ranged(flips-- == 1 ? "0123j56789" : "0123456789", head, null));
        using var store = Open(server);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", 10, "\"v1\"", DateTimeOffset.UnixEpoch)
        {
            Crc64 = Crc64Nvme.Append(0, "0123456789"u8),
        };
        await new ObjectDownload(store, 1, partBytes: 5).CopyAsync(info, directory.Combine("f"));
        (await File.ReadAllTextAsync(directory.Combine("f"))).ShouldBe("0123456789");
        server.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task F01_InterruptedDownload_FetchesOnlyTheMissingRanges()
    {
        var content = "0123456789abcdefghij";
        var (broken, asked) = (true, new List<string>());
        using var server = new FaultyS3Server((_, _, head) =>
        {
            var range = head.Split("\r\n").First(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase));
            lock (asked)
            {
                asked.Add(range);
            }

            return broken && range.EndsWith("10-14", StringComparison.Ordinal)
                ? FaultyS3Server.Answer(503, "<Error><Code>SlowDown</Code></Error>")
                : Ranged(content, head, null);
        });
        using var store = Open(server, attempts: 1);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", content.Length, "\"v1\"", DateTimeOffset.UnixEpoch)
        {
            Crc64 = Crc64Nvme.Append(0, Encoding.ASCII.GetBytes(content)),
        };
        var download = new ObjectDownload(store, 1, partBytes: 5) { Resumable = true };
        await Should.ThrowAsync<ObjectStoreException>(() => download.RunAsync(info, directory.Combine("f")));
        // A range that was noted but damaged on the disk is fetched again.
        var partial = Directory.GetFiles(directory.Path, "*.part").Single();
        var bytes = await File.ReadAllBytesAsync(partial);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(partial, bytes);
        (broken, asked) = (false, []);
        (await download.RunAsync(info, directory.Combine("f"), Sha(content))).ShouldBe(Sha(content));
        asked.Select(range => range.Split('=')[1]).ShouldBe(["0-4", "10-14", "15-19"]);
        Directory.GetFiles(directory.Path).ShouldBe([directory.Combine("f")]);
    }

    [Fact]
    public async Task Requests_ClockOfThisMachineIsWrong_FollowTheServices()
    {
        using var server = new FaultyS3Server((n, _, head) => n == 1
            ? FaultyS3Server.Answer(
                403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n")
            : FaultyS3Server.Answer(200, head.Contains("x-amz-date: 20240101T", StringComparison.OrdinalIgnoreCase)
            ? "hello" : "jello", HelloETag));
        using var store = Open(server);
        (await ObjectStoreContractTests.ReadAsync(store, "k")).ShouldBe("hello");
    }

    [Fact]
    public async Task F05_ObjectOverwrittenBetweenRanges_NeverMixesVersions()
    {
        using var server = new FaultyS3Server((n, _, head) => n == 1
            ? Ranged("0123456789", head, null)
            : FaultyS3Server.Answer(412, "<Error><Code>PreconditionFailed</Code></Error>"));
        using var store = Open(server);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", 10, "\"v1\"", DateTimeOffset.UnixEpoch);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => new ObjectDownload(store, 1, partBytes: 5).RunAsync(info, directory.Combine("f")));
        error.Error.ShouldBe(ObjectStoreError.PreconditionFailed);
        Directory.GetFiles(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task F06_RepeatedPage_IsAnErrorNotALoop()
    {
        using var server =
            new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, Listing(truncated: true, "b", "a", "a")));
        using var store = Open(server);
        var keys = new List<string>();
        var error = await Should.ThrowAsync<ObjectStoreException>(async () =>
        {
            await foreach (var info in store.ListAsync(""))
            {
                keys.Add(info.Key);
            }
        });
        error.Message.ShouldContain("repeats a page");
        keys.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task F07_BlackHole_EndsWithinTheTimeout()
    {
        using var server = new FaultyS3Server((_, _, _) => null);
        using var store = Open(server, timeout: TimeSpan.FromMilliseconds(300), attempts: 2);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => store.OpenAsync("k").WaitAsync(TimeSpan.FromSeconds(20)));
        error.Error.ShouldBe(ObjectStoreError.Unavailable);
        error.Message.ShouldContain(server.Endpoint.Authority);
    }

    [Fact]
    public async Task F07_UnknownHost_SaysSo()
    {
        using var store = new S3ObjectStore(
            new S3StoreOptions
            {
                Bucket = "b",
                Endpoint = new Uri("https://no-such-host.invalid"),
                MaxAttempts = 1,
                RetryDelay = TimeSpan.FromMilliseconds(1),
            },
            TestStores.Credentials);
        (await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k"))).Message.ShouldContain(
            "no-such-host.invalid");
    }

    [Fact]
    public async Task F08_ExpiredToken_IsRefreshedOnceThenRefused()
    {
        using var server =
            new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(403, "<Error><Code>ExpiredToken</Code></Error>"));
        using var store = Open(server);
        var error = await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k"));
        error.Error.ShouldBe(ObjectStoreError.AccessDenied);
        error.ToString().ShouldNotContain("testsecret");
        server.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task B17_Redirect_IsNotFollowed()
    {
        using var other = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, "stolen", ETag));
        using var server =
            new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(307, "", $"Location: {other.Endpoint}\r\n"));
        using var store = Open(server);
        await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k"));
        other.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:secret@127.0.0.1:1/")]
    [InlineData("http://example.com/")]
    [InlineData("ftp://127.0.0.1/")]
    public void B18_ForbiddenEndpoints_AreRefused(string endpoint) =>
        Should.Throw<ObjectStoreException>(() => EndpointGuard.Check(new Uri(endpoint), allowInsecure: false))
            .Message.ShouldNotContain("secret@");

    [Fact]
    public async Task B19_DocumentType_IsRefused()
    {
        const string Bomb =
            "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a "
                + "\"xxxxxxxxxx\">]><ListBucketResult><Contents><Key>&a;</Key></Contents></ListBucketResult>";
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, Bomb));
        using var store = Open(server, attempts: 1);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            async () => await store.ListAsync("").GetAsyncEnumerator().MoveNextAsync());
        error.Message.ShouldContain("DTD");
    }

    [Fact]
    public async Task B20_MissingETag_IsAnIntegrityError()
    {
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, ""));
        using var store = Open(server);
        (await Should.ThrowAsync<ObjectStoreException>(() => store.HeadAsync("k"))).Error.ShouldBe(
            ObjectStoreError.Integrity);
    }

    [Fact]
    public async Task B21_StoreThatIgnoresConditions_IsRefused()
    {
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, "", ETag));
        using var store = Open(server);
        var error = await Should.ThrowAsync<ObjectStoreException>(() => ConditionalWriteProbe.RunAsync(store));
        error.Error.ShouldBe(ObjectStoreError.Unsupported);
        error.Message.ShouldContain("conditional writes");
    }

    private static S3ObjectStore Open(FaultyS3Server server, TimeSpan? timeout = null, int attempts = 4) => new(
        new S3StoreOptions
        {
            Bucket = "b",
            Endpoint = server.Endpoint,
            MaxAttempts = attempts,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            Timeout = timeout ?? TimeSpan.FromSeconds(10),
        },
        TestStores.Credentials);

    private static byte[] Ranged(string content, string head, int? cut)
    {
        if (head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase))
            is not { } header)
        {
            return FaultyS3Server.Answer(
                200, cut is { } first ? content[..first] : content, ETag, announced: content.Length);
        }

        var range = header.Split('=')[1].Split('-');
        var (from, to) = (int.Parse(range[0]), Math.Min(int.Parse(range[1]), content.Length - 1));
        var body = content[from..(to + 1)];
        return FaultyS3Server.Answer(206, cut is { } n ? body[..n] : body,
            $"{ETag}Content-Range: bytes {from}-{to}/{content.Length}\r\n", announced: body.Length);
    }

    private static string Listing(bool truncated, params string[] keys) =>
        $"<?xml version=\"1.0\"?><ListBucketResult "
        + $"xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>{(truncated ? "true" : "false")}"
        + $"</IsTruncated>" +
        "<NextContinuationToken>t</NextContinuationToken>" +
        string.Concat(
            keys.Select(
                key =>
                    $"<Contents><Key>{key}"
                        + $"</Key><ETag>\"e\"</ETag><Size>1</Size><LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents>")) +
        "</ListBucketResult>";

    private static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
