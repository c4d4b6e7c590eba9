using System.Security.Cryptography;
using Amazon.Runtime;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Registry.Tests.Storage;

public sealed class Crc64NvmeTests
{
    [Fact]
    public void Append_CheckText_HasThePublishedValue()
    {
        Crc64Nvme.Append(0, "123456789"u8).ShouldBe(0xAE8B14860A799888);
        Crc64Nvme.Append(0, []).ShouldBe(0UL);
        Crc64Nvme.FromHeader(Crc64Nvme.ToHeader(0xAE8B14860A799888)).ShouldBe(0xAE8B14860A799888);
        Crc64Nvme.FromHeader("AAAAAA==-3").ShouldBeNull();
    }

    [Fact]
    public void Append_EveryLengthAndCut_EqualsBitByBit()
    {
        var data = RandomNumberGenerator.GetBytes(1500);
        for (var length = 0; length < data.Length; length += length < 300 ? 1 : 37)
        {
            var expected = BitByBit(data.AsSpan(0, length));
            Crc64Nvme.Append(0, data.AsSpan(0, length)).ShouldBe(expected, $"{length} bytes");
            var cut = length / 3;
            var (first, second) =
                (Crc64Nvme.Append(0, data.AsSpan(0, cut)), Crc64Nvme.Append(0, data.AsSpan(cut, length - cut)));
            Crc64Nvme.Append(first, data.AsSpan(cut, length - cut)).ShouldBe(expected);
            Crc64Nvme.Combine(first, second, length - cut).ShouldBe(expected);
        }
    }

    // The example "GET bucket (list objects)" of the Amazon S3 API reference, "Signature calculations for the
    // authorization header".
    [Fact]
    public void Sign_PublishedExample_HasThePublishedSignature()
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
        new S3Signer("us-east-1").Sign(
            request, new ImmutableCredentials(
                "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", token: null),
            new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero));
        request.Headers.NonValidated["Authorization"].ToString()
            .ShouldEndWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    private static ulong BitByBit(ReadOnlySpan<byte> data)
    {
        var crc = ulong.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x9A6C9329AC4BC9B5 : crc >> 1;
            }
        }

        return ~crc;
    }
}
