using System.Diagnostics;

namespace Pipeline.Cli;

/// <summary>Builds a project or the solution when a source is newer than its last build.</summary>
internal static class SolutionBuild
{
    private static readonly string[] Sources = [".cs", ".csproj", ".props", ".targets", ".json", ".cpp", ".h", ".txt",
        ".sh", ".mjs", ".cjs", ".js", ".sln", ".editorconfig"];
    private static readonly string[] Ignored = [".git", ".pipeline", "node_modules", "fixtures"];

    /// <summary>Builds what is stale.</summary>
    /// <param name="project">Path from the root of the checkout.</param>
    /// <param name="name">Short name, for the stamp, the log and the message.</param>
    /// <param name="cancellation">Stops the build.</param>
    /// <param name="options">Options of the build.</param>
    public static async Task EnsureAsync(
        string project, string name, CancellationToken cancellation, params string[] options)
    {
        if (IsFresh(name))
        {
            return;
        }

        // Builds share their folders: two at once would write the same files.
        using var turn = await FileLock.TakeAsync(
            StampOf("build") + ".lock", $"waiting for another build before {name} …", cancellation);
        if (IsFresh(name))
        {
            return;
        }

        var (stamp, started) = (StampOf(name), DateTime.UtcNow);
        await Console.Error.WriteAsync($"building {name} … ");
        var clock = Stopwatch.StartNew();
        var (code, output) = await ChildProcess.CaptureAsync(
            "dotnet",
            ["build", Path.Combine(Checkout.Root, project), "-c", "Release", "-v", "q", "-nologo", .. options],
            cancellation: cancellation);
        var log = Path.Combine(Checkout.Built, "logs", $"build-{name}.log");
        Directory.CreateDirectory(Path.GetDirectoryName(log) ?? Checkout.Built);
        await File.WriteAllTextAsync(log, output, cancellation);
        if (code != 0)
        {
            await Console.Error.WriteLineAsync("failed");
            var errors = output.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.Ordinal).Take(20);
            throw new InvalidOperationException($"{project} does not build (log: {log})\n{string.Join('\n', errors)}");
        }

        await Console.Error.WriteLineAsync($"done in {clock.Elapsed.TotalSeconds:0} s");
        Directory.CreateDirectory(Path.GetDirectoryName(stamp) ?? Checkout.Built);
        await File.WriteAllTextAsync(stamp, "", cancellation);
        File.SetLastWriteTimeUtc(stamp, started);
    }

    // Whoever built the whole solution built every project.
    private static bool IsFresh(string name)
    {
        var built = new[] { StampOf(name), StampOf("solution") }.Where(File.Exists).Select(File.GetLastWriteTimeUtc)
            .DefaultIfEmpty(DateTime.MinValue).Max();
        return built > DateTime.MinValue && !IsStale(new DirectoryInfo(Checkout.Root), built);
    }

    private static string StampOf(string name) => Path.Combine(Checkout.Built, "cache", name + ".stamp");

    private static bool IsStale(DirectoryInfo folder, DateTime built)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo child)
            {
                if (!Ignored.Contains(child.Name) && child.LinkTarget is null && IsStale(child, built))
                {
                    return true;
                }
            }
            else if (entry.LastWriteTimeUtc > built
                && Sources.Any(end => entry.Name.EndsWith(end, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
