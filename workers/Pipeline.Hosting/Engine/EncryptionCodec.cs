using System.Security.Cryptography;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Pipeline.Hosting.Engine;

/// <summary>Encrypts every payload before it leaves the process: AES-256-GCM, a fresh nonce for each.</summary>
/// <remarks>Form of the data: 12 bytes nonce, 16 bytes tag, ciphertext of the whole payload.</remarks>
public sealed class EncryptionCodec : IPayloadCodec
{
    /// <summary>Environment variable with the Base64 key; unset means no encryption.</summary>
    public const string KeyVariable = "PIPELINE_PAYLOAD_KEY";

    private const string Encoding = "binary/encrypted";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8(Encoding);
    private readonly byte[] _key;

    private EncryptionCodec(byte[] key) => _key = key;

    /// <summary>Creates the codec.</summary>
    /// <param name="key">32 bytes, Base64.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="ArgumentException">The text is not 32 bytes in Base64; the message does not repeat
    /// it.</exception>
    public static EncryptionCodec FromBase64(string key)
    {
        var bytes = new byte[33];
        return Convert.TryFromBase64String(key, bytes, out var length) && length == 32
            ? new EncryptionCodec(bytes[..32])
            : throw new ArgumentException(
                $"{KeyVariable} must be 32 bytes in Base64, e.g. from `openssl rand -base64 32`", nameof(key));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Task.FromResult<IReadOnlyCollection<Payload>>([.. payloads.Select(Encrypt)]);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Task.FromResult<IReadOnlyCollection<Payload>>([.. payloads.Select(Decrypt)]);

    private Payload Encrypt(Payload payload)
    {
        var plain = payload.ToByteArray();
        var data = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(data.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(
            data.AsSpan(0, NonceBytes), plain, data.AsSpan(NonceBytes + TagBytes), data.AsSpan(NonceBytes, TagBytes));
        return new Payload { Metadata = { ["encoding"] = EncodingBytes }, Data = ByteString.CopyFrom(data) };
    }

    // What is not encrypted passes: a form filled in by hand in the Web UI is plain JSON.
    private Payload Decrypt(Payload payload)
    {
        if (!payload.Metadata.TryGetValue("encoding", out var encoding) || encoding != EncodingBytes)
        {
            return payload;
        }

        var data = payload.Data.Span;
        var plain = new byte[data.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(data[..NonceBytes], data[(NonceBytes + TagBytes)..], data.Slice(NonceBytes, TagBytes), plain);
        return Payload.Parser.ParseFrom(plain);
    }
}
