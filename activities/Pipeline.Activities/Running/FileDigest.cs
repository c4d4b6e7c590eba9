using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Activities.Running;

/// <summary>Digests of files and texts.</summary>
internal static class FileDigest
{
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static async Task<string> OfFileAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }
}
