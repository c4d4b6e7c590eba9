using Pipeline.Sources;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Evaluate;

/// <summary>Brings benchmarks out of an object store.</summary>
internal static class BenchmarkFolder
{
    /// <summary>A local folder with the benchmarks of a folder or of <c>s3://BUCKET/PREFIX</c>.</summary>
    public static async Task<string> OpenAsync(string from, string cache, CancellationToken cancellationToken)
    {
        if (!from.StartsWith("s3://", StringComparison.Ordinal)) return from;
        var store = new ObjectRawStore(RegistryOptions.OpenStore(from));
        var folder = Path.Combine(cache, "benchmarks", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(from)))[..16]);
        await foreach (var found in store.ListAsync("", cancellationToken))
        {
            var path = Path.GetFullPath(Path.Combine(folder, found.Key));
            if (!path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new InvalidDataException($"{from} holds an object '{found.Key}' that would leave the folder");
            var mark = path + ".version";
            if (File.Exists(path) && File.Exists(mark) && File.ReadAllText(mark) == found.Version) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? folder);
            File.Delete(path);
            await store.DownloadAsync(found, path, cancellationToken);
            File.WriteAllText(mark, found.Version);
        }

        return folder;
    }
}
