using Pipeline.Activities.Running;

namespace Pipeline.Activities.Storage;

/// <summary>
/// Removes what killed attempts left in the work folder of this machine: nobody comes back for most of it, and it may
/// hold rows as they came.
/// </summary>
/// <param name="paths">Where local copies are kept.</param>
/// <param name="clock">The time.</param>
public sealed class Leftovers(WorkerPaths paths, TimeProvider clock)
{
    /// <summary>How long nothing in a folder may change before it is left over.</summary>
    /// <value>
    /// One day: a later attempt goes on with a folder within minutes, and work that lasts writes more often.
    /// </value>
    public static readonly TimeSpan Age = TimeSpan.FromDays(1);

    /// <summary>Removes folders in which nothing changed for <see cref="Age"/>.</summary>
    /// <returns>How many were removed.</returns>
    public int Remove()
    {
        var work = new DirectoryInfo(Path.Combine(paths.State, "cache", "work"));
        return work.Exists ? work.EnumerateDirectories().Count(RemoveOld) : 0;
    }

    private bool RemoveOld(DirectoryInfo folder)
    {
        try
        {
            var changed = folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .Select(entry => entry.LastWriteTimeUtc).Append(folder.LastWriteTimeUtc).Max();
            if (clock.GetUtcNow().UtcDateTime - changed < Age) return false;
            folder.Delete(recursive: true);
            return true;
        }
        catch (IOException)
        {
            // Another process of this machine uses or removes it at this moment.
            return false;
        }
    }
}
