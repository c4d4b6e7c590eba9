using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Sends the requests that read: GET and HEAD straight on the pooled connections, because the general client costs more
/// processor time for a small object than its transfer. Failures are the client's own exceptions, so retries and
/// messages are the same.
/// </summary>
internal sealed class S3Reader(S3StoreOptions options, AWSCredentials? credentials, Lazy<AmazonS3Client> client)
    : IDisposable
{
    private readonly S3Signer _signer = new(options.Region);
    private readonly HttpClient _http = S3ClientFactory.CreateHttpClient(options);
    private readonly Lazy<AWSCredentials> _credentials =
        new(() => credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials(client.Value.Config));

    private TimeSpan _clockOffset;

    /// <summary>Sends one request.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">From <see cref="S3Address"/>.</param>
    /// <param name="range">Bytes to read; null reads all.</param>
    /// <param name="ifMatch">Expected etag, or null.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <returns>A response of success whose body is not read yet.</returns>
    /// <exception cref="AmazonS3Exception">The service answered with an error.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, ByteRange? range, string? ifMatch, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address) { Version = HttpVersion.Version11 };
        if (range is { } part)
        {
            request.Headers.TryAddWithoutValidation("Range", $"bytes={part.Offset}-{part.Offset + part.Length - 1}");
        }
        else
        {
            request.Headers.TryAddWithoutValidation("x-amz-checksum-mode", "ENABLED");
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (_credentials.Value is not AnonymousAWSCredentials)
        {
            _signer.Sign(request, await _credentials.Value.GetCredentialsAsync(), DateTimeOffset.UtcNow + _clockOffset);
        }

        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ErrorAsync(response, cancellation);
        }
    }

    /// <summary>Reads one page of a listing.</summary>
    /// <param name="address">From <see cref="S3Address.Listing"/>.</param>
    /// <param name="cancellation">Stops the request.</param>
    /// <returns>The page.</returns>
    /// <exception cref="ObjectStoreException">The answer is not a listing.</exception>
    public async Task<S3Listing> ListAsync(Uri address, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, address, range: null, ifMatch: null, cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        try
        {
            return await S3Listing.ReadAsync(body);
        }
        catch (XmlException exception)
        {
            throw new ObjectStoreException(
                ObjectStoreError.Unsupported,
                $"{options.Bucket}: the service's listing cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<AmazonS3Exception> ErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var code = await ErrorCodeAsync(response, cancellation);
        if (code == "RequestTimeTooSkewed" && response.Headers.Date is { } serverTime && _clockOffset == TimeSpan.Zero)
        {
            // The clock of this machine is wrong: signatures follow the service's from now on, and the request is worth
            // another try.
            _clockOffset = serverTime - DateTimeOffset.UtcNow;
            return new AmazonS3Exception(code, ErrorType.Receiver, code, "", HttpStatusCode.RequestTimeout);
        }

        return new AmazonS3Exception(code, ErrorType.Unknown, code, "", response.StatusCode);
    }

    private static async Task<string> ErrorCodeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        const int MaxBytes = 64 << 10;
        var buffer = new byte[MaxBytes];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var length = await body.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellation);
            using var reader = XmlReader.Create(
                new MemoryStream(buffer, 0, length), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return reader.ReadToFollowing("Code") ? reader.ReadElementContentAsString() : "";
        }
        catch (Exception exception) when (exception is XmlException or IOException or HttpRequestException)
        {
            return ""; // the status says enough
        }
    }
}
