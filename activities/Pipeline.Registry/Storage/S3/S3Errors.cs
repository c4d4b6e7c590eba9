using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Turns failures of the AWS client into failures of the store; messages never contain credentials.</summary>
internal static class S3Errors
{
    private static readonly HashSet<string> Expired =
        new(StringComparer.Ordinal) { "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired" };

    public static bool IsExpired(Exception exception) =>
        exception is AmazonS3Exception s3 && Expired.Contains(s3.ErrorCode ?? "");

    /// <summary>Whether the service asks for fewer requests.</summary>
    public static bool IsThrottle(Exception exception) => exception is AmazonS3Exception s3
        && (s3.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            || s3.ErrorCode == "SlowDown");

    public static ObjectStoreException Translate(
        Exception exception, string where, S3StoreOptions options, CancellationToken cancellation) => exception switch
        {
            ObjectStoreException known => known,
            _ when exception.InnerException is ObjectStoreException inner => inner,
            AmazonS3Exception s3 => FromStatus(s3, where, options),
            OperationCanceledException when !cancellation.IsCancellationRequested => Timeout(where, options, exception),
            AmazonClientException { InnerException: HttpRequestException or SocketException or IOException } =>
                Unreachable(where, options, exception),
            HttpRequestException or SocketException or IOException => Unreachable(where, options, exception),
            TimeoutException => Timeout(where, options, exception),
            AmazonClientException
                when exception.Message.Contains("resolve AWS credentials", StringComparison.Ordinal) =>
                new ObjectStoreException(
                    ObjectStoreError.AccessDenied,
                    $"{where}: there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                        + "or AWS_PROFILE", exception),
            AmazonClientException =>
                new ObjectStoreException(ObjectStoreError.AccessDenied, $"{where}: {exception.Message}", exception),
            _ =>
                new ObjectStoreException(
                    ObjectStoreError.Unavailable, $"{where}: {exception.GetType().Name}: {exception.Message}",
                    exception),
        };

    private static ObjectStoreException FromStatus(AmazonS3Exception s3, string where, S3StoreOptions options)
    {
        var status = (int)s3.StatusCode;
        var code = string.IsNullOrEmpty(s3.ErrorCode) ? status.ToString() : s3.ErrorCode;
        return s3.StatusCode switch
        {
            HttpStatusCode.NotFound => new(ObjectStoreError.NotFound, $"{where}: not found ({code})", s3),
            HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict =>
                new(ObjectStoreError.PreconditionFailed, $"{where}: the object exists already or was changed ({code})",
                    s3),
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => new(
                ObjectStoreError.AccessDenied,
                $"{where}: access denied ({code}); check the credentials and their permissions for bucket "
                    + $"'{options.Bucket}'", s3),
            HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect => new(
                ObjectStoreError.Unsupported,
                $"{where}: the service redirects ({code}), which is not followed; set store.s3.region and "
                    + $"store.s3.endpoint to the bucket's own", s3),
            HttpStatusCode.RequestedRangeNotSatisfiable =>
                new(ObjectStoreError.Integrity, $"{where}: the object is shorter than announced ({code})", s3),
            HttpStatusCode.InsufficientStorage =>
                new(ObjectStoreError.NoSpace, $"{where}: the service has no space left ({code})", s3),
            _ when status is 408 or 429 or >= 500 => new(
                ObjectStoreError.Unavailable,
                $"{where}: the service answered {status} ({code}) after all retries; try again later", s3),
            _ when code is "BadDigest" or "XAmzContentSHA256Mismatch" or "InvalidDigest" =>
                new(ObjectStoreError.Integrity, $"{where}: checksum mismatch ({code})", s3),
            _ when status == 0 => Unreachable(where, options, s3),
            _ => new(ObjectStoreError.Unsupported, $"{where}: the service refused the request: {status} {code}", s3),
        };
    }

    private static ObjectStoreException Unreachable(string where, S3StoreOptions options, Exception inner) => new(
        ObjectStoreError.Unavailable,
        $"{where}: {Host(options)} cannot be reached or broke the connection; check the endpoint and the network",
        inner);

    private static ObjectStoreException Timeout(string where, S3StoreOptions options, Exception inner) => new(
        ObjectStoreError.Unavailable,
        $"{where}: {Host(options)} did not answer within {options.Timeout.TotalSeconds:0.#} s", inner);

    private static string Host(S3StoreOptions options) => options.Endpoint?.Authority ?? $"S3 in {options.Region}";
}
