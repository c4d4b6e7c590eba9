using Pipeline.Data.Readers;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Ingest;

/// <summary>
/// Takes raw objects in as canonical rows, object by object, with every object and row accounted for.
/// </summary>
/// <remarks>
/// Writes <c>rows.jsonl</c> (each row with <c>_id</c>), <c>quarantine.jsonl</c> and, last, <c>summary.json</c>, the
/// manifest. A run that was killed is started again on the same folder and reads only the objects that were not
/// finished.
/// </remarks>
/// <param name="store">Where the raw data is.</param>
/// <param name="options">Which objects and how.</param>
public sealed class IngestStage(IRawStore store, IngestOptions options)
{
    private const string Parts = "parts";

    // ENOSPC, as .NET reports a full disk on Linux.
    private const int NoSpaceLeft = 28;

    /// <summary>Runs the stage.</summary>
    /// <param name="outputFolder">Folder to write to; created. Holds the parts of an interrupted run.</param>
    /// <param name="progress">Receives progress for heartbeats, or null.</param>
    /// <param name="cancellationToken">Stops the run; finished objects are kept for the next one.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="SourceMutatedException">An object changed while it was read.</exception>
    /// <exception cref="IOException">The disk is full, or too small for the objects.</exception>
    /// <exception cref="DataInputException">There is nothing to read, an object cannot be read, or too many rows are
    /// malformed.</exception>
    public async Task<IngestManifest> RunAsync(
        string outputFolder, IProgress<IngestProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var (listed, repeated) = await ListAsync(cancellationToken);
        await using var folder = new StageFolder(outputFolder);
        RequireSpace(folder.Path, listed);
        var parts = Directory.CreateDirectory(Path.Combine(folder.Path, Parts)).FullName;
        Sweep(parts);
        var work = new ObjectIngest(store, parts, options.Reader, options.QuarantineBudget);
        var done = new IngestedObject[listed.Count];
        var meter = new IngestMeter(listed, progress);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Concurrency,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(Enumerable.Range(0, listed.Count), parallel, async (i, token) =>
        {
            var found = await work.FindAsync(listed[i], token);
            done[i] = found ?? await work.RunAsync(listed[i], (rows, bytes) => meter.At(i, rows, bytes), token);
            meter.Done(i, done[i], found is not null);
        });

        CheckBudget(done);
        await JoinAsync(folder, work, listed, done, cancellationToken);
        var manifest = await DescribeAsync(folder, listed, done, repeated, cancellationToken);
        await folder.CommitSummaryAsync(manifest, cancellationToken);
        Directory.Delete(parts, recursive: true);
        return manifest;
    }

    // Rows are as large as their source or larger, so what does not fit now would only fail later.
    private static void RequireSpace(string folder, List<RawObject> listed)
    {
        var (need, free) = (listed.Sum(item => item.Bytes), new DriveInfo(folder).AvailableFreeSpace);
        if (need > free)
        {
            throw new IOException(
                $"E-ING-SPACE  the {listed.Count} objects have {need} bytes and {free} are free in {folder}; free some "
                    + "space or give another folder", NoSpaceLeft);
        }
    }

    private static void Sweep(string parts)
    {
        AtomicFile.Sweep(parts);
        foreach (var raw in Directory.EnumerateFiles(parts, "*.raw"))
        {
            File.Delete(raw);
        }
    }

    /// <summary>Appends a part; returns its number of lines.</summary>
    private static async Task<long> CopyAsync(string path, AtomicFile output, CancellationToken cancellationToken)
    {
        var lines = 0L;
        await using var input =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        for (int read; (read = await input.ReadAsync(output.Buffer.GetMemory(1 << 16), cancellationToken)) > 0;)
        {
            lines += output.Buffer.GetSpan(read)[..read].Count((byte)'\n');
            output.Buffer.Advance(read);
            output.FlushIfFull();
        }

        return lines;
    }

    // Pages may repeat or come unsorted; the run depends on neither.
    private async Task<(List<RawObject> Objects, int Repeated)> ListAsync(CancellationToken cancellationToken)
    {
        var (glob, found, repeated) =
            (new GlobPattern(options.Glob), new SortedDictionary<string, RawObject>(StringComparer.Ordinal), 0);
        await foreach (var item in store.ListAsync(options.Prefix, cancellationToken))
        {
            // A key that ends in a slash is a console's way of showing an empty folder.
            if (item.Key.EndsWith('/') || !glob.Matches(item.Key[options.Prefix.Length..])
                || options.Since?.IsBefore(item) == false)
            {
                continue;
            }

            repeated += found.TryAdd(item.Key, item) ? 0 : 1;
            if (repeated > 1000 + found.Count)
            {
                throw new DataInputException(
                    "E-ING-LISTING", $"the listing of {store.Location} repeats itself without end; check the store");
            }
        }

        return found.Count > 0 ? ([.. found.Values], repeated) : throw new DataInputException(
            "E-ING-EMPTY",
            $"no object under '{options.Prefix}' of {store.Location} matches "
                + $"'{options.Glob}'{(options.Since is null ? "" : " and is new")}");
    }

    private void CheckBudget(IngestedObject[] done)
    {
        var (rows, quarantined) = (done.Sum(item => item.Rows), done.Sum(item => item.Quarantined));
        if (rows + quarantined == 0)
        {
            throw new DataInputException(
                "E-ING-EMPTY", $"all {done.Length} objects are empty, such as '{done[0].Key}'; check the upload");
        }

        if (quarantined > options.QuarantineBudget || quarantined > options.QuarantineShare * (rows + quarantined))
        {
            var worst = done.MaxBy(item => item.Quarantined);
            throw new DataInputException(
                "E-ING-BUDGET",
                $"{quarantined} of {rows + quarantined} rows are malformed, most of them in '{worst?.Key}'; fix them, "
                    + $"or allow more than {options.QuarantineBudget} rows and {options.QuarantineShare:P0}");
        }
    }

    private static async Task JoinAsync(
        StageFolder folder, ObjectIngest work, List<RawObject> listed, IngestedObject[] done,
        CancellationToken cancellationToken)
    {
        var (rows, refused) = (folder.Open(StageFolder.Rows), folder.Open(StageFolder.QuarantineFile));
        for (var i = 0; i < listed.Count; i++)
        {
            var (part, aside) = (work.PathOf(listed[i], ".jsonl"), work.PathOf(listed[i], ".quarantine"));
            var counted = new RowAccounting
            {
                In = done[i].Rows + done[i].Quarantined,
                Out = await CopyAsync(part, rows, cancellationToken),
                Quarantined = File.Exists(aside) ? await CopyAsync(aside, refused, cancellationToken) : 0,
            };
            counted.Check($"ingest, object '{listed[i].Key}'");
        }
    }

    private async Task<IngestManifest> DescribeAsync(
        StageFolder folder, List<RawObject> listed, IngestedObject[] done, int repeated,
        CancellationToken cancellationToken)
    {
        var (rows, quarantined) = (done.Sum(item => item.Rows), done.Sum(item => item.Quarantined));
        var newest =
            listed.Aggregate((one, other) => new IngestMarker(one.LastModified, one.Key).IsBefore(other) ? other : one);
        return new IngestManifest
        {
            Location = store.Location,
            Objects = done,
            Rows = new RowAccounting { In = rows + quarantined, Out = rows, Quarantined = quarantined }.Check("ingest"),
            Marker = new IngestMarker(newest.LastModified, newest.Key),
            RepeatedInListing = repeated,
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
    }
}
