using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Activities.Running;
using Pipeline.Registry.Artifacts;
using Temporalio.Activities;

namespace Pipeline.Activities.Storage;

/// <summary>Which local copies of artefacts have the content that their manifests promise.</summary>
/// <remarks>
/// A process reads a copy that it did not make itself once before it is used. A later attempt of an activity reads it
/// again, and so does everybody after work on it failed: what the disk gives now may be why.
/// </remarks>
/// <param name="paths">Where local copies are kept.</param>
internal sealed class LocalCopies(WorkerPaths paths)
{
    private const int Readings = 2;

    // The attempt that proved a copy last, by its folder.
    private readonly ConcurrentDictionary<string, string> _proven = new(StringComparer.Ordinal);

    private static ActivityInfo? Activity =>
        ActivityExecutionContext.HasCurrent ? ActivityExecutionContext.Current.Info : null;

    private static string Attempt => $"{Activity?.WorkflowRunId}/{Activity?.ActivityId}/{Activity?.Attempt}";

    public bool IsProven(string folder) =>
        _proven.TryGetValue(folder, out var by) && (Activity is not { Attempt: > 1 } || by == Attempt);

    public void Prove(string folder) => _proven[folder] = Attempt;

    public void Distrust(string folder) => _proven.TryRemove(folder, out _);

    /// <summary>Compares every file with its digest; what cannot be read or differs is read once more.</summary>
    /// <returns>What is wrong, or null when nothing is.</returns>
    public static async Task<string?> FindDamageAsync(
        Manifest manifest, string folder, CancellationToken cancellation)
    {
        foreach (var file in manifest.Files)
        {
            string? damage = null;
            for (var reading = 0; reading < Readings; reading++)
            {
                damage = await ReadAsync(file, Path.Combine(folder, file.Name), cancellation);
                if (damage is null)
                {
                    break;
                }
            }

            if (damage is not null)
            {
                return damage;
            }
        }

        return null;
    }

    /// <summary>Moves a damaged copy where nobody uses it and somebody can look at it.</summary>
    /// <returns>Its new folder.</returns>
    public string SetAside(string folder, string damage)
    {
        Distrust(folder);
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(Path.GetDirectoryName(folder))}-{Path.GetFileName(folder)}-{Guid.NewGuid():N}");
        var aside = Path.Combine(paths.Of("cache", "quarantine"), name);
        try
        {
            Directory.Move(folder, aside);
            File.WriteAllText(aside + ".txt", $"{folder}: {damage}\n");
        }
        catch (DirectoryNotFoundException)
        {
            // Another process of this machine found it first.
        }

        return aside;
    }

    private static async Task<string?> ReadAsync(ArtifactFile file, string path, CancellationToken cancellation)
    {
        try
        {
            var digest = await FileDigest.OfFileAsync(path, cancellation);
            return digest == file.Sha256
                ? null : $"'{file.Name}' has SHA-256 {digest} instead of {file.Sha256}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"'{file.Name}' with SHA-256 {file.Sha256} cannot be read: {exception.Message}";
        }
    }
}
