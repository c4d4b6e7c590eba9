using Pipeline.Gateway.Api;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Adapters;

/// <summary>Adapters in a folder: <c>NAME/</c> is version 1, <c>NAME/VERSION/</c> a numbered one.</summary>
public static class AdapterFolder
{
    /// <summary>Finds every adapter below a folder.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="maxRank">Largest accepted rank.</param>
    /// <param name="refused">Receives a sentence for each adapter that cannot be served.</param>
    /// <returns>The adapters in ordinal order of their names.</returns>
    public static IReadOnlyList<ServedAdapter> Scan(string folder, int maxRank, Action<string> refused)
    {
        var found = new List<ServedAdapter>();
        foreach (var directory in System.IO.Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(directory);
            if (IsAdapter(directory))
            {
                Add(name, "1", directory);
                continue;
            }

            foreach (var version in System.IO.Directory.EnumerateDirectories(directory).Where(IsAdapter)
                .Order(StringComparer.Ordinal))
            {
                Add(name, Path.GetFileName(version), version);
            }
        }

        return found;

        void Add(string name, string version, string directory)
        {
            try
            {
                if (!TrafficNames.IsVersion($"{name}@{version}"))
                {
                    throw new AdapterLoadException(
                        AdapterFault.NotServable,
                        $"folder '{name}/{version}' is not a name: use lower-case letters, digits and hyphens");
                }

                found.Add(AdapterFiles.Inspect(name, version, directory, maxRank));
            }
            catch (AdapterLoadException exception)
            {
                refused(exception.Message);
            }
        }
    }

    /// <summary>Resolves the path of a load request below the allowed folder.</summary>
    /// <param name="root">Folder that paths must lie in, or null when none is allowed.</param>
    /// <param name="path">Path as requested: relative to the folder, or absolute inside it.</param>
    /// <returns>An absolute path of an existing directory.</returns>
    /// <exception cref="ApiException">The path leaves the folder, goes through a link, or is no directory.</exception>
    public static string Resolve(string? root, string path)
    {
        if (root is null)
        {
            throw new ApiException(403, "loading_disabled",
                "this gateway was started without --adapter-root, so it loads no paths", "lora_path");
        }

        var refused = new ApiException(
            400, "invalid_value", "lora_path must be a directory below the gateway's adapter root, without links",
            "lora_path");
        if (path.Length is 0 or > 1024 || path.Any(char.IsControl) || path.Contains('\\', StringComparison.Ordinal)
            || path.Contains("://", StringComparison.Ordinal)
            || path.Contains('%', StringComparison.Ordinal) || path.Split('/').Contains(".."))
        {
            throw refused;
        }

        var top = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, top));
        if (!full.StartsWith(top + '/', StringComparison.Ordinal))
        {
            throw refused;
        }

        for (var part = new DirectoryInfo(full); part is not null
            && part.FullName.Length > top.Length; part = part.Parent)
        {
            if (!part.Exists || part.LinkTarget is not null)
            {
                throw refused;
            }
        }

        return full;
    }

    private static bool IsAdapter(string directory) => File.Exists(Path.Combine(directory, "adapter_config.json"));
}
