using Pipeline.Activities.Running;

namespace Pipeline.Activities.Data;

/// <summary>Brings Debian's package indexes with apt, without touching the machine's own lists.</summary>
/// <remarks>
/// Container images switch descriptions off, so the language is set explicitly; every state folder lies under the given
/// one.
/// </remarks>
/// <param name="state">Folder for lists and caches.</param>
internal sealed class DebianIndexes(string state)
{
    /// <summary>Fetches or refreshes the indexes.</summary>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>Packages and Translation-en files; empty when this machine has no apt.</returns>
    /// <exception cref="HttpRequestException">The package source could not be reached and there is no earlier
    /// copy.</exception>
    public async Task<IReadOnlyList<string>> FetchAsync(CancellationToken cancellation)
    {
        if (!File.Exists("/usr/bin/apt-get"))
        {
            return [];
        }

        var lists = Path.Combine(state, "lists");
        var cache = Path.Combine(state, "cache");
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        Directory.CreateDirectory(Path.Combine(cache, "archives", "partial"));
        string[] options =
        [
            "-o", "Acquire::Languages=en", "-o", "Acquire::GzipIndexes=false", "-o", "Dir::State::status=/dev/null",
            "-o", $"Dir::State::lists={lists}", "-o", $"Dir::Cache={cache}", "-o", "APT::Sandbox::User=root", "-o",
            "Debug::NoLocking=1",
        ];
        var (code, output) = await Programs.RunAsync("/usr/bin/apt-get", ["update", .. options], cancellation);
        var files = Directory.EnumerateFiles(lists)
            .Where(path => path.EndsWith("_Packages", StringComparison.Ordinal)
                || path.EndsWith("_Translation-en", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToList();
        if (code != 0 && files.Count == 0)
        {
            throw new HttpRequestException(
                $"apt-get update could not bring the package indexes; check the network and /etc/apt\n{output.Trim()}");
        }

        return files;
    }

    /// <summary>
    /// A name that is the same on every machine: the host part of apt's file names differs with the mirror.
    /// </summary>
    public static string StableName(string path)
    {
        var name = Path.GetFileName(path);
        var dists = name.IndexOf("_dists_", StringComparison.Ordinal);
        return dists < 0 ? name : name[(dists + 1)..];
    }
}
