using System.Security.Cryptography;

namespace Pipeline.Activities.Running;

/// <summary>Digests of files.</summary>
internal static class FileDigest
{
    public static async Task<string> OfFileAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }
}
