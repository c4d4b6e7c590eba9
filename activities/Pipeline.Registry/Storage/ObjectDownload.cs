namespace Pipeline.Registry.Storage;

/// <summary>
/// Downloads one object to a file: parallel ranges of one version, each retried alone, compared with the checksum that
/// the store keeps (<see cref="ObjectInfo.Crc64"/>) and, where asked for, with a SHA-256.
/// </summary>
public sealed class ObjectDownload
{
    private const int Attempts = 3;

    private readonly IObjectStore _store;
    private readonly int _concurrency;
    private readonly int _partBytes;

    /// <summary>Prepares downloads.</summary>
    /// <param name="store">Where the objects are.</param>
    /// <param name="concurrency">Ranges in flight; memory is bounded by this times 256 KiB.</param>
    /// <param name="partBytes">Bytes of a range.</param>
    public ObjectDownload(IObjectStore store, int concurrency = 16, int partBytes = 8 << 20) =>
        (_store, _concurrency, _partBytes) = (store, concurrency, partBytes);

    /// <summary>
    /// Keeps what has arrived when a download of several ranges is interrupted, beside the target; the next download of
    /// the same version to the same target fetches only the ranges that are missing or do not have their checksum.
    /// </summary>
    /// <value>False: an interrupted download leaves nothing.</value>
    public bool Resumable { get; init; }

    /// <summary>Downloads and computes the digest.</summary>
    /// <param name="info">The version to download, as described by the store.</param>
    /// <param name="path">Target; written to a sibling first and renamed when complete.</param>
    /// <param name="sha256">Expected digest in lower-case hexadecimal; null only computes it.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>The SHA-256 of the file in lower-case hexadecimal.</returns>
    /// <exception cref="ObjectStoreException">The object changed meanwhile, is shorter than announced, or has another
    /// checksum.</exception>
    public async Task<string> RunAsync(
        ObjectInfo info, string path, string? sha256 = null, CancellationToken cancellation = default) =>
        // A transfer without a digest has already failed where it is one that was asked for.
        (await FetchAsync(info, path, digest: true, sha256, cancellation))!;

    /// <summary>
    /// Downloads, and compares with the store's own checksum only: a third of the processor time of a SHA-256.
    /// </summary>
    /// <param name="info">The version to download, as described by the store.</param>
    /// <param name="path">Target; written to a sibling first and renamed when complete.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>A task that ends when the file is complete.</returns>
    /// <exception cref="ObjectStoreException">The object changed meanwhile, is shorter than announced, or has another
    /// checksum.</exception>
    public Task CopyAsync(ObjectInfo info, string path, CancellationToken cancellation = default) =>
        FetchAsync(info, path, digest: false, sha256: null, cancellation);

    private async Task<string?> FetchAsync(
        ObjectInfo info, string path, bool digest, string? sha256, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var transfer =
                new RangeTransfer(_store, info, path, Math.Min(_partBytes, Math.Max(1, info.Bytes)), Resumable, digest);
            var found = await transfer.RunAsync(_concurrency, cancellation);
            if (transfer.ChecksumHolds && (sha256 is null || found == sha256))
            {
                transfer.Commit();
                return found;
            }

            transfer.Discard();
            if (attempt == Attempts)
            {
                throw new ObjectStoreException(ObjectStoreError.Integrity, sha256 is null
                    ? $"'{info.Key}' does not have the checksum that the store keeps of it in {Attempts} downloads; "
                        + $"nothing was kept"
                    : $"'{info.Key}' has SHA-256 {found} in {Attempts} downloads, expected {sha256}; nothing was kept");
            }
        }
    }
}
