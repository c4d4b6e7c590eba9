using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Compares a whole body with the checksum that the service keeps of it: CRC-64/NVME, or an etag that is an MD5.
/// </summary>
internal sealed class BodyCheck : IDisposable
{
    private readonly ulong? _expected;
    private readonly string? _md5;
    private readonly IncrementalHash? _hash;
    private ulong _crc;

    private BodyCheck(ulong? expected, string? md5) =>
        (_expected, _md5, _hash) =
            (expected, md5, md5 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5));

    /// <summary>The check that the headers of a whole object allow; null when the service keeps no checksum.</summary>
    public static BodyCheck? Of(HttpResponseHeaders headers)
    {
        if (S3Headers.Crc64(headers) is { } crc)
        {
            return new BodyCheck(crc, md5: null);
        }

        // Etags of multipart uploads and of objects under KMS or customer keys have other meanings.
        var etag = headers.ETag?.Tag.Trim('"');
        return etag is { Length: 32 } && etag.All(char.IsAsciiHexDigit)
            && !headers.Any(
                header => header.Key.StartsWith("x-amz-server-side-encryption", StringComparison.OrdinalIgnoreCase))
            ? new BodyCheck(expected: null, etag)
            : null;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (_hash is null)
        {
            _crc = Crc64Nvme.Append(_crc, data);
        }
        else
        {
            _hash.AppendData(data);
        }
    }

    /// <summary>Whether the bytes so far are what the service keeps.</summary>
    public bool Holds() => _hash is null ? _crc
        == _expected : Convert.ToHexString(_hash.GetCurrentHash()).Equals(_md5, StringComparison.OrdinalIgnoreCase);

    public void Dispose() => _hash?.Dispose();
}
