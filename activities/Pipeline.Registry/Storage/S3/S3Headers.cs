using System.Net.Http.Headers;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Headers of a response that describe an object.</summary>
internal static class S3Headers
{
    /// <summary>The etag as the service wrote it, or null.</summary>
    public static string? ETag(HttpResponseMessage response) => Value(response.Headers, "ETag");

    /// <summary>The time of the last write, or the smallest time when the service does not say.</summary>
    public static DateTimeOffset LastModified(HttpResponseMessage response) =>
        response.Content.Headers.LastModified ?? DateTimeOffset.MinValue;

    /// <summary>The checksum of the whole object, or null.</summary>
    public static ulong? Crc64(HttpResponseHeaders headers) =>
        Value(headers, "x-amz-checksum-type") is "COMPOSITE"
            ? null : Crc64Nvme.FromHeader(Value(headers, "x-amz-checksum-crc64nvme"));

    private static string? Value(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
