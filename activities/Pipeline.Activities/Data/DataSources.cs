using Pipeline.Activities.Running;
using Pipeline.Data.Ingest;
using Pipeline.Data.Ingest.Debian;
using Pipeline.Data.Stages;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;
using Pipeline.Sources;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Activities.Data;

/// <summary>
/// Where raw data comes from: Debian's package indexes, the shipped sample, a folder, or objects of the store.
/// </summary>
/// <param name="store">The object store.</param>
/// <param name="paths">Folders of the worker.</param>
public sealed class DataSources(IObjectStore store, WorkerPaths paths)
{
    private const string StoreScheme = "store:";

    /// <summary>Opens a source and finds out which content it has now.</summary>
    /// <param name="data">Which source.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The source.</returns>
    /// <exception cref="DirectoryNotFoundException">A named folder does not exist.</exception>
    public async Task<DataSource> OpenAsync(DataOptions data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Source is "debian" or "debian-sample")
        {
            return await OpenDebianAsync(data, cancellation);
        }

        return RawOf(data) is { } raw
            ? await OpenRawAsync(raw.Store, raw.Prefix, data, cancellation)
            : throw new DirectoryNotFoundException(
                $"data.source '{data.Source}' is neither debian, debian-sample, store:PREFIX nor a folder of this "
                    + "worker");
    }

    /// <summary>Proves that the objects behind ingested rows are still what they were.</summary>
    /// <remarks>
    /// Package indexes are kept as an artefact and cannot change; a folder that this worker does not have is not
    /// looked at.
    /// </remarks>
    /// <param name="data">Which source.</param>
    /// <param name="ingested">Folder that an ingest left.</param>
    /// <param name="cancellation">Stops the listing.</param>
    /// <returns>A task that ends when all are proven.</returns>
    /// <exception cref="SourceMutatedException">An object has another version now, or is gone.</exception>
    public async Task EnsureUnchangedAsync(DataOptions data, string ingested, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Source is not ("debian" or "debian-sample") && RawOf(data) is { } raw
            && IngestManifest.Find(ingested) is { } manifest)
        {
            await manifest.EnsureUnchangedAsync(raw.Store, raw.Prefix, cancellation);
        }
    }

    private (IRawStore Store, string Prefix)? RawOf(DataOptions data) =>
        data.Source.StartsWith(StoreScheme, StringComparison.Ordinal)
            ? (new ObjectRawStore(store), data.Source[StoreScheme.Length..])
            : Directory.Exists(data.Source) ? (new FolderRawStore(data.Source), "") : null;

    private static async Task<DataSource> OpenRawAsync(
        IRawStore raw, string prefix, DataOptions data, CancellationToken cancellation)
    {
        var (listing, listed) = (new SortedDictionary<string, string>(StringComparer.Ordinal), new List<RawObject>());
        await foreach (var found in raw.ListAsync(prefix, cancellation))
        {
            listing[found.Key] = $"{found.Version}/{found.Bytes}";
            listed.Add(found);
        }

        return new DataSource(listing, null, async (folder, progress, stop) =>
        {
            var forward = new Progress<IngestProgress>(
                step => progress.Report(
                    new StageProgress("ingest", "objects", step.Rows, step.Bytes, step.TotalBytes)));
            var rows = (await new IngestStage(new ListedRawStore(raw, listed), new IngestOptions { Prefix = prefix })
                .RunAsync(folder, forward, stop)).Rows;
            SeededSample.Thin(Path.Combine(folder, "rows.jsonl"), data.MaxRows, data.Seed, rows);
            return rows;
        });
    }

    private async Task<DataSource> OpenDebianAsync(DataOptions data, CancellationToken cancellation)
    {
        var sample = Path.Combine(paths.Root, "infra", "sample-data");
        var files = data.Source == "debian" ? await new DebianIndexes(paths.Of("debian")).FetchAsync(cancellation) : [];
        var lists = files.Count > 0 ? Path.GetDirectoryName(files[0]) ?? sample : sample;
        var artifacts = new ArtifactStore(store);
        var stored = new List<ArtifactFile>();
        foreach (var path in files.Count > 0
            ? files : [.. Directory.EnumerateFiles(sample, "debian_*").Order(StringComparer.Ordinal)])
        {
            stored.Add(await artifacts.PutFileAsync(path, DebianIndexes.StableName(path), cancellation));
        }

        var manifest = Manifest.Create(
            "raw-dataset", stored,
            [KeyValuePair.Create(
                "source", files.Count > 0 ? "debian package indexes" : "sample of debian package indexes")]);
        await artifacts.CommitAsync(manifest, cancellation);
        var raw = ArtifactRef.Of(manifest.Kind, manifest.VersionId, manifest.Bytes);
        return new DataSource(raw.Sha256, raw, async (folder, progress, stop) =>
        {
            var options = new DebianSourceOptions { ListsFolder = lists, MaxRows = data.MaxRows, Seed = data.Seed };
            return (await new DebianPackageSource(options)
                .WriteAsync(Path.Combine(folder, "rows.jsonl"), progress, stop)).Rows;
        });
    }
}

/// <summary>An opened source.</summary>
/// <param name="Digest">Stands for its content: changes whenever the content does.</param>
/// <param name="Raw">Its files as an artefact; null where they stay in the store.</param>
/// <param name="WriteAsync">Writes <c>rows.jsonl</c> into a folder.</param>
public sealed record DataSource(
    object Digest, ArtifactRef? Raw,
    Func<string, IProgress<StageProgress>, CancellationToken, Task<RowAccounting>> WriteAsync);
