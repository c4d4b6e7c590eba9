namespace Pipeline.Data.Ingest;

/// <summary>An object of the raw data, in the version that a listing showed.</summary>
/// <param name="Key">Key; data only, never used as a path.</param>
/// <param name="Version">Version id or etag; changes whenever the object is written again.</param>
/// <param name="Bytes">Length.</param>
/// <param name="LastModified">Time of the last write, UTC.</param>
public sealed record RawObject(string Key, string Version, long Bytes, DateTimeOffset LastModified);

/// <summary>Where raw data lies: a folder, or an object store. Raw data is only ever read.</summary>
public interface IRawStore
{
    /// <summary>Where it is, without credentials.</summary>
    string Location { get; }

    /// <summary>Lists objects, page by page where the store has pages.</summary>
    /// <param name="prefix">Start of the keys.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>Objects in any order.</returns>
    IAsyncEnumerable<RawObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Copies exactly this version of an object to a local file.</summary>
    /// <param name="source">The object.</param>
    /// <param name="path">File to write; does not exist. What an interrupted copy leaves may lie beside it, under names
    /// that start with its own.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>SHA-256 of the content, lower-case hex.</returns>
    /// <exception cref="SourceMutatedException">The object has another version now, or is gone.</exception>
    Task<string> DownloadAsync(RawObject source, string path, CancellationToken cancellationToken);
}
