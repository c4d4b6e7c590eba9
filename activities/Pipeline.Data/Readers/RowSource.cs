namespace Pipeline.Data.Readers;

/// <summary>Something rows are read from.</summary>
/// <param name="Name">Name in messages and reports; its extension helps to find the format.</param>
/// <param name="Open">Opens a fresh stream of the source's bytes.</param>
/// <param name="LocalPath">The local file behind it when there is one; Parquet needs one and copies to a temporary file
/// otherwise.</param>
public sealed record RowSource(string Name, Func<Stream> Open, string? LocalPath = null)
{
    /// <summary>A source over a local file.</summary>
    /// <param name="path">Path of an existing file.</param>
    /// <param name="name">Name in messages; default the path.</param>
    /// <returns>The source.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static RowSource FromFile(string path, string? name = null) => File.Exists(path)
        ? new RowSource(
            name ?? path,
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan),
            Path.GetFullPath(path))
        : throw new FileNotFoundException($"E-ING-MISSING  there is no file '{path}'", path);
}
