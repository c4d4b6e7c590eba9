using Pipeline.Sources;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Evaluate;

/// <summary>Brings benchmarks out of an object store.</summary>
internal static class BenchmarkFolder
{
    private const string Mark = ".version";

    /// <summary>A local folder with the benchmarks of a folder or of <c>s3://BUCKET/PREFIX</c>.</summary>
    public static async Task<string> OpenAsync(string from, string cache, CancellationToken cancellationToken)
    {
        if (!from.StartsWith("s3://", StringComparison.Ordinal)) return from;
        var store = new ObjectRawStore(RegistryOptions.OpenStore(from));
        var folder = Path.Combine(
            cache, "benchmarks",
            Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(from)))[..16]);
        var present = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in store.ListAsync("", cancellationToken))
        {
            var path = Path.GetFullPath(Path.Combine(folder, found.Key));
            if (!path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new InvalidDataException($"{from} holds an object '{found.Key}' that would leave the folder");
            present.Add(path);
            var mark = path + Mark;
            if (File.Exists(path) && File.Exists(mark) && File.ReadAllText(mark) == found.Version) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? folder);
            File.Delete(path);
            await store.DownloadAsync(found, path, cancellationToken);
            File.WriteAllText(mark, found.Version);
        }

        if (present.Count == 0)
            throw new InvalidDataException($"{from} holds no objects; name the folder above the benchmarks");
        Forget(folder, present);
        return folder;
    }

    /// <summary>What was withdrawn from the store must not be asked from an old copy.</summary>
    private static void Forget(string folder, HashSet<string> present)
    {
        foreach (var old in Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => !present.Contains(path) && !IsMark(path, present))) File.Delete(old);
        foreach (var empty in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories)
            .OrderByDescending(path => path.Length).Where(path => !Directory.EnumerateFileSystemEntries(path).Any()))
            Directory.Delete(empty);
    }

    private static bool IsMark(string path, HashSet<string> present) =>
        path.EndsWith(Mark, StringComparison.Ordinal) && present.Contains(path[..^Mark.Length]);
}
