using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Signs requests without a body in headers. <b>Source:</b> Amazon S3 API reference, "Signature Version 4",
/// authorization header.
/// </summary>
internal sealed class S3Signer(string region)
{
    private const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private (string Day, string Secret, byte[] Key) _cached = ("", "", []);

    /// <summary>Adds date, payload digest, token and signature to a request.</summary>
    /// <param name="request">Request whose path and query are escaped as <see cref="S3Address"/> does.</param>
    /// <param name="credentials">Keys, and the token of a session.</param>
    /// <param name="now">UTC.</param>
    public void Sign(HttpRequestMessage request, ImmutableCredentials credentials, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var uri = request.RequestUri!; // set by the caller
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", EmptyPayload);
        request.Headers.TryAddWithoutValidation("x-amz-date", time);
        if (credentials.UseToken)
        {
            request.Headers.TryAddWithoutValidation("x-amz-security-token", credentials.Token);
        }

        // Signed are the host and every header of the service's own.
        var own =
            request.Headers.NonValidated.Where(header => header.Key.StartsWith("x-amz-", StringComparison.Ordinal))
            .OrderBy(header => header.Key, StringComparer.Ordinal).ToList();
        var canonical =
            $"host:{uri.Authority}\n{string.Concat(own.Select(header => $"{header.Key}:{header.Value}\n"))}";
        var names = $"host;{string.Join(';', own.Select(header => header.Key))}";
        var query = uri.Query.Length > 0 ? uri.Query[1..] : "";
        var digest = Hex(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    $"{request.Method}\n{uri.AbsolutePath}\n{query}\n{canonical}\n{names}\n{EmptyPayload}")));
        var scope = $"{time[..8]}/{region}/s3/aws4_request";
        var signature = Hex(Mac(Key(time[..8], credentials.SecretKey), $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}"));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={names}, "
                + $"Signature={signature}");
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private byte[] Key(string day, string secret)
    {
        var cached = _cached;
        if (cached.Day != day || cached.Secret != secret)
        {
            var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + secret), day), region), "s3"), "aws4_request");
            _cached = cached = (day, secret, key);
        }

        return cached.Key;
    }
}
