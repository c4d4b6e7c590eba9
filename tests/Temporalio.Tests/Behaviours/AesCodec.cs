using System.Security.Cryptography;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Tests.Behaviours;

/// <summary>AES-GCM with a random nonce for each payload: nonce (12 bytes), tag (16 bytes), cipher text.</summary>
internal sealed class AesCodec : IPayloadCodec
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly byte[] Key = SHA256.HashData("a key for tests"u8);
    private static readonly ByteString Encoding = ByteString.CopyFromUtf8("binary/encrypted");

    public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Task.FromResult<IReadOnlyCollection<Payload>>([.. payloads.Select(Encrypt)]);

    public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Task.FromResult<IReadOnlyCollection<Payload>>([.. payloads.Select(payload =>
            payload.Metadata.TryGetValue("encoding", out var encoding) && encoding == Encoding
                ? Decrypt(payload.Data.ToByteArray()) : payload)]);

    private static Payload Encrypt(Payload payload)
    {
        var plain = payload.ToByteArray();
        var sealedBytes = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(Key, TagBytes);
        aes.Encrypt(sealedBytes.AsSpan(0, NonceBytes), plain, sealedBytes.AsSpan(NonceBytes + TagBytes),
            sealedBytes.AsSpan(NonceBytes, TagBytes));
        var encrypted = new Payload { Data = ByteString.CopyFrom(sealedBytes) };
        encrypted.Metadata["encoding"] = Encoding;
        return encrypted;
    }

    private static Payload Decrypt(byte[] data)
    {
        var plain = new byte[data.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(Key, TagBytes);
        aes.Decrypt(
            data.AsSpan(0, NonceBytes), data.AsSpan(NonceBytes + TagBytes), data.AsSpan(NonceBytes, TagBytes), plain);
        return Payload.Parser.ParseFrom(plain);
    }
}
