namespace Pipeline.Cli;

/// <summary>One process at a time: a file that is held open. It ends with its process, however that ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until no other process holds the file.</summary>
    /// <param name="path">File, which stays there empty.</param>
    /// <param name="waiting">Told once to a person who has to wait; null tells nothing.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The lock; disposing it lets the next one in.</returns>
    public static async Task<IDisposable> TakeAsync(string path, string? waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? ".");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (waiting is not null)
                {
                    await Console.Error.WriteLineAsync(waiting);
                    waiting = null;
                }

                await Task.Delay(Pause, cancellation);
            }
        }
    }
}
