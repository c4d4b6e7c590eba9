using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;
using Pipeline.Faults;

namespace Pipeline.Data.Ingest;

/// <summary>
/// Takes one object in: a part with its rows, a part with what was set aside, and a record of both, written last.
/// </summary>
/// <remarks>
/// Local names are digests of key and version, so no key can name a place outside the folder, and no two keys collide.
/// </remarks>
internal sealed class ObjectIngest(IRawStore store, string folder, ReaderOptions reader, int quarantineBudget)
{
    public string PathOf(RawObject source, string extension) => Path.Combine(folder, NameOf(source) + extension);

    /// <summary>The record of an earlier attempt when its part is whole; null when the object has to be read.</summary>
    public async Task<IngestedObject?> FindAsync(RawObject source, CancellationToken cancellationToken)
    {
        var (record, rows) = (PathOf(source, ".json"), PathOf(source, ".jsonl"));
        if (!File.Exists(record) || !File.Exists(rows))
        {
            return null;
        }

        var state = await ReadAsync(record, cancellationToken);
        await using var part = File.OpenRead(rows);
        return state is not null && Convert.ToHexStringLower(await SHA256.HashDataAsync(part, cancellationToken))
            == state.PartSha256 ? state.Object : null;
    }

    /// <summary>Reads the object; tells rows and bytes of it that are done.</summary>
    public async Task<IngestedObject> RunAsync(
        RawObject source, Action<long, long> tell, CancellationToken cancellationToken)
    {
        tell(0, 0);
        // The same name in every attempt, so that a store can go on with what an interrupted download left beside it.
        var raw = PathOf(source, ".raw");
        File.Delete(raw);
        try
        {
            var sha256 = await store.DownloadAsync(source, raw, cancellationToken);
            var length = new FileInfo(raw).Length;
            if (length != source.Bytes)
            {
                throw new DataInputException("E-ING-LENGTH",
                    $"'{source.Key}' has {length} bytes, the listing said {source.Bytes}; it is not used");
            }

            FaultPoint.Hit("ingest.downloaded");
            return await ReadAsync(source, raw, sha256, tell, cancellationToken);
        }
        finally
        {
            File.Delete(raw);
        }
    }

    // The parts are not forced to disk, so after a loss of power a record can be empty: the object is read again then.
    private static async Task<PartRecord?> ReadAsync(string record, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<PartRecord>(
                await File.ReadAllBytesAsync(record, cancellationToken), StageFolder.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string NameOf(RawObject source) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Key}\n{source.Version}")))[..40];

    private async Task<IngestedObject> ReadAsync(
        RawObject source, string raw, string sha256, Action<long, long> tell, CancellationToken cancellationToken)
    {
        await using var rows = new AtomicFile(PathOf(source, ".jsonl"), durable: false);
        var quarantine = new QuarantineLog(quarantineBudget, maxFraction: 1);
        var (count, content, input) = (0L, RowSource.FromFile(raw, source.Key), (Stream?)null);
        foreach (var row in RowReader.Read(content with { Open = () => input = content.Open() }, reader, quarantine))
        {
            if ((++count & 0x3FF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tell(count, input?.Position ?? 0); // Parquet is not read as a stream
            }

            RowIdentity.Write(rows, row);
            await rows.EndLineAsync(cancellationToken);
        }

        if (quarantine.Rows.Count > 0)
        {
            await using var refused = new AtomicFile(PathOf(source, ".quarantine"), durable: false);
            foreach (var row in quarantine.Rows)
            {
                refused.Write(JsonSerializer.SerializeToUtf8Bytes(row, JsonSerializerOptions.Web));
                refused.EndLine();
            }

            await refused.CommitAsync(cancellationToken);
        }

        var done = new IngestedObject(source.Key, source.Version, source.Bytes, sha256, count, quarantine.Rows.Count);
        var state = new PartRecord(done, await rows.CommitAsync(cancellationToken));
        await using var record = new AtomicFile(PathOf(source, ".json"), durable: false);
        record.Write(JsonSerializer.SerializeToUtf8Bytes(state, StageFolder.Json));
        await record.CommitAsync(cancellationToken);
        FaultPoint.Hit("ingest.object");
        return done;
    }

    private sealed record PartRecord(IngestedObject Object, string PartSha256);
}
