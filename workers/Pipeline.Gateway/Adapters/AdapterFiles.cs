using Pipeline.Llm.Peft;

namespace Pipeline.Gateway.Adapters;

/// <summary>Looks at adapter files without loading them.</summary>
public static class AdapterFiles
{
    /// <summary>Checks that a directory holds an adapter that can be served, and digests it.</summary>
    /// <param name="name">Name to serve it under.</param>
    /// <param name="version">Version to serve it under.</param>
    /// <param name="directory">Directory with the two files.</param>
    /// <param name="maxRank">Largest accepted rank.</param>
    /// <returns>The adapter.</returns>
    /// <exception cref="AdapterLoadException">A file is missing or damaged, or the adapter cannot be
    /// served.</exception>
    public static ServedAdapter Inspect(string name, string version, string directory, int maxRank)
    {
        LoraConfig config;
        try
        {
            config = LoraConfigJson.Read(directory);
        }
        catch (Exception exception)
            when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new AdapterLoadException(AdapterFault.Damaged, $"adapter '{name}': {exception.Message}", exception);
        }

        var obstacles = ServabilityRules.Obstacles(config, maxRank).ToList();
        if (obstacles.Count > 0)
        {
            throw new AdapterLoadException(
                AdapterFault.NotServable, $"adapter '{name}': {string.Join("; ", obstacles)}");
        }

        return new ServedAdapter
        {
            Name = name,
            Version = version,
            Directory = directory,
            Digest = Digest(name, directory),
            Rank = config.RankPattern.Select(pair => pair.Value).Append(config.Rank).Max(),
        };
    }

    /// <summary>Digest of an adapter: SHA-256 over the digests of its configuration and its weights.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="directory">Directory with the two files.</param>
    /// <returns>Lower-case hexadecimal.</returns>
    /// <exception cref="AdapterLoadException">A file is missing or cannot be read.</exception>
    public static string Digest(string name, string directory)
    {
        return Read(name, () => AdapterContent.DigestOf(directory));
    }

    /// <summary>Reads an adapter, and refuses it when its digest is not the expected one.</summary>
    /// <param name="adapter">The adapter as it was approved.</param>
    /// <returns>The very bytes that were digested.</returns>
    /// <exception cref="AdapterLoadException">The files were changed, or cannot be read.</exception>
    public static AdapterContent ReadApproved(ServedAdapter adapter)
    {
        var content = Read(adapter.Id, () => AdapterContent.Read(adapter.Directory));
        var digest = content.Digest;
        return digest == adapter.Digest ? content : throw new AdapterLoadException(
            AdapterFault.DigestMismatch,
            $"adapter '{adapter.Id}' has files with digest {digest[..16]}…, not {adapter.Digest[..16]}…; they were "
                + "changed after approval");
    }

    private static T Read<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AdapterLoadException(
                AdapterFault.Damaged, $"adapter '{name}': a file cannot be read: {exception.Message}", exception);
        }
    }
}
