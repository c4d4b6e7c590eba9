using Pipeline.Data.Stages;
using Pipeline.Faults;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Removes exact and near-duplicates: normalised SHA-256, then MinHash-LSH candidates verified by true Jaccard
/// similarity and joined into clusters. The result does not depend on row order, workers, memory budget or restarts.
/// </summary>
/// <remarks>
/// Writes <c>rows.jsonl</c> (kept rows, unchanged), <c>removed.jsonl</c> (id, rule, id of the row it repeats,
/// similarity),
/// <c>quarantine.jsonl</c> and, last, <c>summary.json</c>. Memory: the budget and about 80 MiB; beyond 40 million rows
/// four bytes a row.
/// </remarks>
/// <param name="options">How duplicates are found.</param>
public sealed class DedupStage(DedupOptions options)
{
    /// <summary>Version of the rules; part of the stage's key.</summary>
    public const int Version = 3;

    private const long LargeIndex = 1 << 22;

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="outputFolder">Folder to write to; created. Its summary is removed first and written last.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts, clusters and digests.</returns>
    /// <exception cref="InvalidDataException">Too many rows cannot be read, or a history segment does not
    /// fit.</exception>
    public Task<DedupSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<DedupSummary> RunCoreAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        await using var folder = new StageFolder(outputFolder);
        var (rows, sets, share) = (new RowLedger(inputs), new UnionFind(), options.MemoryBudgetBytes / 16);
        using var table = new DocumentTable(inputs, folder.Path, share);
        using var exact = new SpillSorter(folder.Path, options.Near ? 2 * share : 11 * share);
        using var bands = new SpillSorter(folder.Path, 10 * share, () => sets.Bytes);
        var hasher = MinHasher.FromSeed(options.Bands.Permutations, options.Seed);
        using var signer = new DocumentSigner(options, hasher);
        var reader = new RowFileReader(inputs, digest: true);
        var quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, options.QuarantineBudget);
        using (var scan = new DocumentScan(options, hasher, table, sets, exact, bands))
        {
            scan.Run(
                reader, rows, quarantine,
                () => progress?.Report(
                    new StageProgress("dedup", "signatures", rows.Rows.In, reader.BytesRead, reader.TotalBytes)),
                    cancellationToken);
        }

        var shingles = new ShingleCache(table, signer, Math.Max(1 << 20, share));
        using var history = new HistoryJoin(options, shingles);
        JoinExact(exact, table, signer, sets, history, cancellationToken);
        var near = new NearJoin(table, sets, shingles, options.Threshold, options.BucketCap);
        JoinNear(bands, near, history, progress, cancellationToken);

        var spilled = exact.Runs + bands.Runs;
        FaultPoint.Hit("dedup.choose");
        if (!options.WriteSegment)
        {
            exact.Release();
            bands.Release();
            if (bands.Total > LargeIndex)
            {
                // Nothing later is as large, so the heap would not look for this by itself.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            }
        }

        using var members = new SpillSorter(folder.Path, 8 * share);
        var clusters = new ClusterIndex(sets, table, signer, options.Keep, members, cancellationToken);
        members.Release();
        var (output, list) = (folder.Open(StageFolder.Rows), folder.Open(StageFolder.Removed));
        var removed = new RemovedList(list, table, clusters, RootsInHistory(history, sets), shingles);
        WriteRows(new RowFileReader(inputs), output, table, removed, rows, progress, cancellationToken);
        if (options.WriteSegment)
        {
            new HistorySegmentWriter(folder.Open("history.seg"))
                .Write(options, table, signer, document => !removed.Contains(document), exact.Sorted(),
                    bands.Sorted());
        }

        var counts = rows.Close("dedup");
        var segments = StageFolder.Digests(options.HistorySegments.Order(StringComparer.Ordinal), cancellationToken);
        var summary = new DedupSummary
        {
            Key = StageFolder.Key("dedup", Version, KeyOptions(), reader.Digests.Concat(segments)),
            Rows = counts,
            Clusters = clusters.Sizes.Values.Sum(),
            ClusterSizes = clusters.Sizes,
            CandidatePairs = near.Candidates,
            CappedBuckets = near.CappedBuckets,
            SpilledRuns = spilled,
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    /// <summary>What changes the result; budget and workers do not.</summary>
    private object KeyOptions() => new
    {
        fields = options.Fields.Names,
        options.Near,
        options.Threshold,
        options.Keep,
        options.ScoreField,
        options.BucketCap,
        options.WriteSegment,
        settings = HistorySegment.Settings(options),
    };

    private static void JoinExact(
        SpillSorter exact, DocumentTable table, DocumentSigner signer, UnionFind sets, HistoryJoin history,
        CancellationToken cancellationToken)
    {
        var (row, digest) = (new ByteBuffer(), new byte[32]);
        history.Begin(exact: true);
        foreach (var (key, members) in exact.GroupsOf(history.LeastGroup))
        {
            cancellationToken.ThrowIfCancellationRequested();
            history.Key(key, members, exact: true);
            for (var i = 0; members.Count > 1 && i < members.Count; i++)
            {
                // 64 bits choose the candidates, the whole digest decides.
                table.Read(members[i], row);
                signer.Load(row.Span);
                if (i == 0)
                {
                    signer.Digest.CopyTo(digest, 0);
                }
                else if (signer.Digest.AsSpan().SequenceEqual(digest))
                {
                    sets.Union(members[0], members[i]);
                }
            }
        }

        history.End();
        FaultPoint.Hit("dedup.exact");
    }

    private static void JoinNear(SpillSorter bands, NearJoin near, HistoryJoin history,
        IProgress<StageProgress>? progress, CancellationToken cancellationToken)
    {
        var groups = 0L;
        history.Begin(exact: false);
        foreach (var (key, members) in bands.GroupsOf(history.LeastGroup))
        {
            history.Key(key, members, exact: false);
            near.Bucket(members);
            FaultPoint.Hit("dedup.merge");
            if ((++groups & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // Keys are hashes, so where the key stands among all numbers is how much is done.
                var done = (long)(key / Math.Pow(2, 64) * bands.Total);
                progress?.Report(new StageProgress("dedup", "merge", done, done * SpillSorter.RecordBytes,
                    bands.Total * SpillSorter.RecordBytes));
            }
        }

        history.End();
        FaultPoint.Hit("dedup.near");
    }

    /// <summary>
    /// A cluster repeats history when one of its rows does: transitive, like the clusters themselves.
    /// </summary>
    private static Dictionary<int, HistoryMatch> RootsInHistory(HistoryJoin history, UnionFind sets)
    {
        var roots = new Dictionary<int, HistoryMatch>();
        foreach (var (document, match) in history.Matches)
        {
            var root = sets.Find(document);
            if (!roots.TryGetValue(root, out var best) || match.Similarity > best.Similarity
                || (match.Similarity == best.Similarity && NaturalOrder.Instance.Compare(match.Id, best.Id) < 0))
            {
                roots[root] = match;
            }
        }

        return roots;
    }

    private static void WriteRows(
        RowFileReader reader, AtomicFile output, DocumentTable table, RemovedList removed, RowLedger rows,
        IProgress<StageProgress>? progress, CancellationToken cancellationToken)
    {
        var document = 0;
        foreach (var row in reader.Read())
        {
            if (document == table.Count || table.Place(document) != (((long)row.File << 48) | row.Offset))
            {
                continue; // in quarantine
            }

            rows.Select(row);
            if (removed.Contains(document))
            {
                rows.Remove(removed.Write(document, row));
            }
            else
            {
                rows.Keep();
                output.Write(row.Utf8.Span);
                output.EndLine();
                output.FlushIfFull();
            }

            if ((++document & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new StageProgress("dedup", "write", document, reader.BytesRead, reader.TotalBytes));
            }
        }
    }
}
