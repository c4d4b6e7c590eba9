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
            ? await OpenRawAsync(raw, data, cancellation)
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

    private RawPlace? RawOf(DataOptions data)
    {
        if (!data.Source.StartsWith(StoreScheme, StringComparison.Ordinal))
        {
            return Directory.Exists(data.Source) ? new(new FolderRawStore(data.Source), "", "**") : null;
        }

        // The pattern begins with the part that holds the first wild card.
        var place = data.Source[StoreScheme.Length..];
        var start = place.IndexOfAny(['*', '?']) is >= 0 and var wild ? place.LastIndexOf('/', wild) + 1 : place.Length;
        return new(new ObjectRawStore(store), place[..start], start < place.Length ? place[start..] : "**");
    }

    private static async Task<DataSource> OpenRawAsync(
        RawPlace raw, DataOptions data, CancellationToken cancellation)
    {
        var pattern = new GlobPattern(raw.Glob);
        var (listing, listed) = (new SortedDictionary<string, string>(StringComparer.Ordinal), new List<RawObject>());
        await foreach (var found in raw.Store.ListAsync(raw.Prefix, cancellation))
        {
            if (!pattern.Matches(found.Key[raw.Prefix.Length..]))
            {
                continue;
            }

            listing[found.Key] = $"{found.Version}/{found.Bytes}";
            listed.Add(found);
        }

        return new DataSource(listing, null, async (folder, progress, stop) =>
        {
            var forward = new Progress<IngestProgress>(
                step => progress.Report(
                    new StageProgress("ingest", "objects", step.Rows, step.Bytes, step.TotalBytes)));
            var options = new IngestOptions { Prefix = raw.Prefix, Glob = raw.Glob };
            var rows = (await new IngestStage(new ListedRawStore(raw.Store, listed), options)
                .RunAsync(folder, forward, stop)).Rows;
            SeededSample.Thin(Path.Combine(folder, "rows.jsonl"), data.MaxRows, data.Seed, rows);
            return rows;
        });
    }

    private sealed record RawPlace(IRawStore Store, string Prefix, string Glob);

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
