namespace Pipeline.Registry.Storage.Directories;

/// <summary>Turns failures of the file system into failures of the store, with what to do.</summary>
internal static class DirectoryErrors
{
    public static ObjectStoreException Missing(string key, Exception? inner) =>
        new(ObjectStoreError.NotFound, $"object '{key}' does not exist", inner);

    public static void CheckCondition(string key, PutCondition condition, string? currentETag)
    {
        if (condition.IfAbsent && currentETag is not null)
        {
            throw new ObjectStoreException(ObjectStoreError.PreconditionFailed, $"object '{key}' exists already");
        }

        if (condition.IfMatch is not null && condition.IfMatch != currentETag)
        {
            throw new ObjectStoreException(
                ObjectStoreError.PreconditionFailed,
                $"object '{key}' was changed by somebody else; read it again and decide anew");
        }
    }

    public static ObjectStoreException Translate(Exception exception, string path, long needed) => exception switch
    {
        ObjectStoreException known => known,
        UnauthorizedAccessException => new ObjectStoreException(
            ObjectStoreError.ReadOnly, $"{path} cannot be written: permission denied; nothing was changed", exception),
        IOException { HResult: Posix.NoSpace or Posix.Quota } => new ObjectStoreException(
            ObjectStoreError.NoSpace,
            $"no space left for {path}: {Need(needed)}{Free(path)} free; the partial file was removed, free some "
                + $"space and retry", exception),
        IOException { HResult: Posix.ReadOnlyFileSystem or Posix.AccessDenied } => new ObjectStoreException(
            ObjectStoreError.ReadOnly, $"{path} lies on a read-only file system; nothing was changed", exception),
        IOException { HResult: Posix.CrossDevice } => new ObjectStoreException(
            ObjectStoreError.Unsupported,
            $"the staging area of the store at {path} is on another file system, so writes could not be atomic",
            exception),
        IOException { HResult: Posix.NotDirectory or Posix.IsDirectory or Posix.NotEmpty } => new ObjectStoreException(
            ObjectStoreError.InvalidKey, $"{path}: one key cannot be the folder of another in a directory store",
            exception),
        IOException { HResult: Posix.IoError } => new ObjectStoreException(
            ObjectStoreError.Disk, $"the disk reported an error for {path}; the object was not written", exception),
        _ => new ObjectStoreException(ObjectStoreError.Disk, $"{path}: {exception.Message}", exception),
    };

    private static string Need(long needed) => needed > 0 ? $"{needed} bytes needed, " : "";

    private static string Free(string path)
    {
        try
        {
            return $"{new DriveInfo(Path.GetDirectoryName(path) ?? "/").AvailableFreeSpace} bytes";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "unknown";
        }
    }
}
