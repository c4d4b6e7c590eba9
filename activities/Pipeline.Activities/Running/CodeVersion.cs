using System.Security.Cryptography;

namespace Pipeline.Activities.Running;

/// <summary>Digest of built code; results of other code are never reused.</summary>
public static class CodeVersion
{
    /// <summary>Digest of the assemblies of some types.</summary>
    /// <param name="types">A type of each assembly.</param>
    /// <returns>First 16 hexadecimal characters of the digest.</returns>
    public static string Of(params Type[] types)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in types.Select(type => type.Assembly.Location).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal))
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
