using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Ingest;

/// <summary>
/// How far earlier runs have read: objects written later, or at the same time under a later key, are new.
/// </summary>
/// <param name="LastModified">Time of the newest object.</param>
/// <param name="Key">Its key.</param>
public sealed record IngestMarker(DateTimeOffset LastModified, string Key)
{
    /// <summary>Whether an object lies behind the marker.</summary>
    /// <param name="source">An object.</param>
    /// <returns>True when it is new.</returns>
    public bool IsBefore(RawObject source)
    {
        var order = LastModified.CompareTo(source.LastModified);
        return order < 0 || (order == 0 && string.CompareOrdinal(Key, source.Key) < 0);
    }
}

/// <summary>One object that was taken in.</summary>
/// <param name="Key">Key.</param>
/// <param name="Version">Version id or etag.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Digest of the content.</param>
/// <param name="Rows">Sound rows.</param>
/// <param name="Quarantined">Rows that were set aside.</param>
public sealed record IngestedObject(string Key, string Version, long Bytes, string Sha256, long Rows, long Quarantined);

/// <summary>
/// What was taken in: the only thing about raw data that travels through workflows. Never holds rows.
/// </summary>
public sealed record IngestManifest
{
    /// <summary>Where the objects are.</summary>
    public required string Location { get; init; }

    /// <summary>Objects in ordinal order of their keys.</summary>
    public required IReadOnlyList<IngestedObject> Objects { get; init; }

    /// <summary>Rows over all objects: in, out, set aside.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Where the next run goes on; null when there was no object.</summary>
    public IngestMarker? Marker { get; init; }

    /// <summary>Objects that were listed more than once.</summary>
    public int RepeatedInListing { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }

    /// <summary>
    /// Digest over keys, contents and row counts: unchanged data gives the same digest, in any store.
    /// </summary>
    public string Digest => DigestOf(Objects);

    /// <summary>Reads the manifest that a finished run left in its folder.</summary>
    /// <param name="folder">Output folder of <see cref="IngestStage"/>.</param>
    /// <returns>The manifest, or null when no run has finished there.</returns>
    public static IngestManifest? Find(string folder)
    {
        var path = Path.Combine(folder, StageFolder.Summary);
        return File.Exists(path)
            ? JsonSerializer.Deserialize<IngestManifest>(File.ReadAllBytes(path), StageFolder.Json) : null;
    }

    /// <summary>Proves that every object is still what it was.</summary>
    /// <param name="store">Where the objects are.</param>
    /// <param name="prefix">Prefix of the run.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>A task that ends when all are proven.</returns>
    /// <exception cref="SourceMutatedException">An object has another version now, or is gone.</exception>
    public async Task EnsureUnchangedAsync(
        IRawStore store, string prefix = "", CancellationToken cancellationToken = default)
    {
        var now = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var found in store.ListAsync(prefix, cancellationToken))
        {
            now[found.Key] = found.Version;
        }

        foreach (var known in Objects)
        {
            var version = now.GetValueOrDefault(known.Key);
            if (version != known.Version)
            {
                throw new SourceMutatedException(known.Key, known.Version, version);
            }
        }
    }

    private static string DigestOf(IReadOnlyList<IngestedObject> objects)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in objects)
        {
            hash.AppendData(
                JsonSerializer.SerializeToUtf8Bytes(
                    new { item.Key, item.Bytes, item.Sha256, item.Rows, item.Quarantined }));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>
/// How far a run got; small enough for a heartbeat. The parts in the output folder are what a new attempt goes on from.
/// </summary>
/// <param name="Objects">Objects that are done.</param>
/// <param name="TotalObjects">Objects in all.</param>
/// <param name="Rows">Rows that are done.</param>
/// <param name="Bytes">Bytes that are done.</param>
/// <param name="Reused">Objects of an earlier attempt that were reused after a check of their digest.</param>
/// <param name="TotalBytes">Bytes in all.</param>
public sealed record IngestProgress(
    int Objects, int TotalObjects, long Rows, long Bytes, int Reused, long TotalBytes = 0);
