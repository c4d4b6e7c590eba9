using System.Security.Cryptography;

namespace Pipeline.Llm.Checkpoints;

/// <summary>
/// A short identity of a checkpoint: its headers and samples of each tensor, so that it costs no full read.
/// </summary>
public static class WeightFingerprint
{
    private const int SampleBytes = 1024;
    private const int Samples = 4;

    /// <summary>Computes the fingerprint.</summary>
    /// <param name="files">Open weights.</param>
    /// <returns>64 hexadecimal digits; the same for the same tensors however they are sharded.</returns>
    public static string Of(WeightFiles files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[SampleBytes];
        foreach (var name in files.Names.Order(StringComparer.Ordinal))
        {
            var file = files.FileOf(name);
            var entry = file.Entry(name);
            hash.AppendData(
                System.Text.Encoding.UTF8.GetBytes($"{name}\n{entry.DType}\n{string.Join(',', entry.Shape)}\n"));
            for (var i = 0; i < Samples; i++)
            {
                var length = (int)Math.Min(SampleBytes, entry.Bytes);
                file.CopyTo(entry, (entry.Bytes - length) * i / (Samples - 1), buffer.AsSpan(0, length));
                hash.AppendData(buffer.AsSpan(0, length));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
