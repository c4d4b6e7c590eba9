using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Addresses of objects: the bucket's own address with the key as an escaped path.</summary>
internal sealed class S3Address
{
    // "." and ".." are names like any other in S3, so the address must reach the service as it is written here.
    private static readonly UriCreationOptions AsWritten = new()
    {
        DangerousDisablePathAndQueryCanonicalization = true,
    };

    private readonly Lazy<string> _bucket;

    public S3Address(S3StoreOptions options, Lazy<AmazonS3Client> client) =>
        _bucket = new(() => options.Endpoint is { } endpoint
        ? $"{endpoint.Scheme}://{endpoint.Authority}{endpoint.AbsolutePath.TrimEnd('/')}/{options.Bucket}"
        : client.Value.DetermineServiceOperationEndpoint(
            new GetObjectRequest { BucketName = options.Bucket, Key = "k" }).URL.TrimEnd('/'));

    /// <summary>The address of an object.</summary>
    public Uri Of(string key) => new($"{_bucket.Value}/{Escape(key, keepSlash: true)}", AsWritten);

    /// <summary>
    /// The address of a page of a listing; the names of the query stand in ordinal order, as signatures want them.
    /// </summary>
    public Uri Listing(string prefix, string? continuation, string? startAfter)
    {
        var from = continuation is not null ? $"continuation-token={Escape(continuation, keepSlash: false)}&" : "";
        var after = continuation is null && startAfter is not null
            ? $"&start-after={Escape(startAfter, keepSlash: false)}" : "";
        return new(
            $"{_bucket.Value}/?{from}"
                + $"encoding-type=url&list-type=2&max-keys=1000&prefix={Escape(prefix, keepSlash: false)}{after}",
                AsWritten);
    }

    private static string Escape(string text, bool keepSlash)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            var plain = value < 128
                && (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~'
                    || (keepSlash && value == '/'));
            _ = plain ? result.Append((char)value) : result.Append('%').Append(value.ToString("X2"));
        }

        return result.ToString();
    }
}
