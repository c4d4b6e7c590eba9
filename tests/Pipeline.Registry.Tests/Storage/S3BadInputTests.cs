using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>Keys, endpoints and answers of a service that are wrong or hostile.</summary>
public sealed class S3BadInputTests
{
    private const string ETag = "ETag: \"v1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n";

    [Fact]
    public async Task B16_KeyThatIsEncodedTwice_IsDecodedOnceAndAskedForAsItIs()
    {
        var asked = new List<string>();
        using var server = new FaultyS3Server((_, line, _) =>
        {
            lock (asked) asked.Add(line);
            return line.Contains("list-type", StringComparison.Ordinal)
                ? FaultyS3Server.Answer(200, Listing("%25252e%25252e%25252fpasswd", "1"))
                : FaultyS3Server.Answer(200, "x", ETag);
        });
        using var store = Open(server.Endpoint);
        var key = (await store.ListAsync("").FirstAsync()).Key;
        key.ShouldBe("%252e%252e%252fpasswd");
        (await ObjectStoreContractTests.ReadAsync(store, key)).ShouldBe("x");
        asked[^1].ShouldStartWith("GET /b/%25252e%25252e%25252fpasswd ");
    }

    [Theory]
    [InlineData(404, "NoSuchBucket", ObjectStoreError.NotFound, "NoSuchBucket")]
    [InlineData(301, "PermanentRedirect", ObjectStoreError.Unsupported, "region")]
    public async Task B17_WrongBucketOrRegion_SaysWhatToSet(
        int status, string code, ObjectStoreError expected, string named)
    {
        using var server =
            new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(status, $"<Error><Code>{code}</Code></Error>"));
        using var store = Open(server.Endpoint);
        var error = await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k"));
        error.Error.ShouldBe(expected);
        error.Message.ShouldContain(named);
    }

    [Fact]
    public async Task B17_SelfSignedCertificate_IsRefused()
    {
        using var key = RSA.Create(2048);
        using var certificate =
            new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answered = ServeAsync(listener, certificate);
        using var store = Open(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        var error = await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k"));
        error.Error.ShouldBe(ObjectStoreError.Unavailable);
        error.Message.ShouldContain("127.0.0.1");
        (await answered).ShouldBeFalse("no request was sent over the connection");
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    [InlineData("100.100.100.200")]
    [InlineData("0.0.0.0")]
    public void B18_NameThatResolvesToAMetadataService_IsRefused(string address) =>
        Should.Throw<ObjectStoreException>(() => EndpointGuard.Check(IPAddress.Parse(address))).Error.ShouldBe(
            ObjectStoreError.Unsupported);

    [Theory]
    [InlineData("<html>not found</html>")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("<ListBucketResult><Contents><Key>k</Key><Size>-5</Size><ETag>e</ETag></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>k</Key><Size>99999999999999999999</Size><ETag>e</ETag></Contents></ListBucketResult>")]
    public async Task B19_AnswerThatIsNoListing_IsRefused(string body)
    {
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, body));
        using var store = Open(server.Endpoint);
        var error = await Should.ThrowAsync<ObjectStoreException>(async () => await store.ListAsync("").ToListAsync());
        error.Message.ShouldContain("listing cannot be read");
    }

    [Fact]
    public async Task B19_EndlessListing_IsCutOff()
    {
        using var server = new FaultyS3Server(
            (_, _, _) =>
                FaultyS3Server.Answer(
                    200, "<ListBucketResult><Name>" + new string('x', 17 << 20) + "</Name></ListBucketResult>"));
        using var store = Open(server.Endpoint);
        await Should.ThrowAsync<ObjectStoreException>(async () => await store.ListAsync("").ToListAsync());
    }

    [Fact]
    public async Task B20_SizeInTheListingIsNotTheBody_IsAnIntegrityError()
    {
        using var server = new FaultyS3Server((_, _, _) => FaultyS3Server.Answer(200, "hello", ETag));
        using var store = Open(server.Endpoint);
        using var directory = new TempDirectory();
        var info = new ObjectInfo("k", 10, "\"v1\"", DateTimeOffset.UnixEpoch);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => new ObjectDownload(store, 1).CopyAsync(info, directory.Combine("f")));
        error.Error.ShouldBe(ObjectStoreError.Integrity);
        Directory.GetFiles(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task B20_RangeOfAnotherLength_IsAnIntegrityError()
    {
        using var server = new FaultyS3Server((_, _, _) =>
            FaultyS3Server.Answer(206, "hello", $"{ETag}Content-Range: bytes 0-9223372036854775807/5\r\n"));
        using var store = Open(server.Endpoint);
        (await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k", new ByteRange(0, 3)))).Error.ShouldBe(
            ObjectStoreError.Integrity);
    }

    private static async Task<bool> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            return await tls.ReadAsync(new byte[1]) > 0;
        }
        catch (Exception exception)
            when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private static S3ObjectStore Open(Uri endpoint) => new(
        new S3StoreOptions
        {
            Bucket = "b",
            Endpoint = endpoint,
            MaxAttempts = 1,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            Timeout = TimeSpan.FromSeconds(10),
        },
        TestStores.Credentials);

    private static string Listing(string key, string size) =>
        "<?xml version=\"1.0\"?><ListBucketResult "
        + "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>" +
        $"<Contents><Key>{key}</Key><ETag>\"e\"</ETag><Size>{size}"
        + $"</Size><LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>";
}
