using System.Text.Encodings.Web;
using System.Text.Json;
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
/// <c>quarantine.jsonl</c> and, last, <c>summary.json</c>. Memory: about 70 bytes a row, the budget, and what the heap
/// has to spare.
/// </remarks>
/// <param name="options">How duplicates are found.</param>
public sealed class DedupStage(DedupOptions options)
{
    /// <summary>Version of the rules; part of the stage's key.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions RemovedJson = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

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
        var key = StageFolder.Key("dedup", Version, KeyOptions(),
            inputs.Concat(options.HistorySegments.Order(StringComparer.Ordinal)), cancellationToken);
        await using var folder = new StageFolder(outputFolder);
        using var table = new DocumentTable(inputs);
        using var exact = new SpillSorter(folder.Path, options.MemoryBudgetBytes / 8);
        using var bands = new SpillSorter(folder.Path, options.MemoryBudgetBytes / 8 * 5);
        var (rows, sets) = (new RowAccounting(), new UnionFind());
        var hasher = MinHasher.FromSeed(options.Bands.Permutations, options.Seed);
        var signer = new DocumentSigner(options, hasher);
        var reader = new RowFileReader(inputs);
        var quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, options.QuarantineBudget);
        using (var scan = new DocumentScan(options, hasher, table, sets, exact, bands))
        {
            scan.Run(
                reader, rows, quarantine,
                () => progress?.Report(
                    new StageProgress("dedup", "signatures", rows.In, reader.BytesRead, reader.TotalBytes)),
                    cancellationToken);
        }

        var shingles = new ShingleCache(table, signer, Math.Max(1 << 20, options.MemoryBudgetBytes / 4));
        using var history = new HistoryJoin(options, shingles);
        JoinExact(exact, table, signer, sets, history, cancellationToken);
        var near = new NearJoin(table, sets, shingles, options.Threshold, options.BucketCap);
        JoinNear(bands, near, history, progress, cancellationToken);

        FaultPoint.Hit("dedup.choose");
        var clusters = new ClusterIndex(sets, table, signer, options.Keep, cancellationToken);
        var repeats = RootsInHistory(history, sets);
        var removed = new bool[table.Count];
        WriteRows(inputs, folder, table, sets, clusters, repeats, shingles, removed, rows, progress, cancellationToken);
        if (options.WriteSegment)
        {
            new HistorySegmentWriter(folder.Open("history.seg"))
                .Write(options, table, signer, document => !removed[document], exact.Sorted(), bands.Sorted());
        }

        rows.Check("dedup");
        var summary = new DedupSummary
        {
            Key = key,
            Rows = rows,
            Clusters = clusters.Sizes.Values.Sum(),
            ClusterSizes = clusters.Sizes,
            CandidatePairs = near.Candidates,
            CappedBuckets = near.CappedBuckets,
            SpilledRuns = exact.Runs + bands.Runs,
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
        foreach (var (key, members) in Groups.Of(exact.Sorted()))
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
        var (done, total) = (0L, bands.Total * SpillSorter.RecordBytes);
        history.Begin(exact: false);
        foreach (var (key, members) in Groups.Of(bands.Sorted()))
        {
            history.Key(key, members, exact: false);
            near.Bucket(members);
            FaultPoint.Hit("dedup.merge");
            done += members.Count;
            if ((done & 0xFFFF) < members.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new StageProgress("dedup", "merge", done, done * SpillSorter.RecordBytes, total));
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
        IReadOnlyList<string> inputs, StageFolder folder, DocumentTable table, UnionFind sets, ClusterIndex clusters,
        Dictionary<int, HistoryMatch> repeats,
        ShingleCache shingles, bool[] removed, RowAccounting rows, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (output, list, parser) =
            (folder.Open(StageFolder.Rows), folder.Open(StageFolder.Removed), new RowParser(TextFields.Named("_")));
        var (reader, document, seen) = (new RowFileReader(inputs), 0, new HashSet<ulong>());
        foreach (var row in reader.Read())
        {
            if (document == table.Count || table.Place(document) != (((long)row.File << 48) | row.Offset))
            {
                continue; // in quarantine
            }

            var kept = clusters.KeptFor(document);
            var match = repeats.GetValueOrDefault(sets.Find(document));
            if (match is null && (kept is null || kept.Value.Document == document))
            {
                rows.Out++;
                output.Write(row.Utf8.Span);
                output.EndLine();
                output.FlushIfFull();
            }
            else
            {
                removed[document] = true;
                parser.Parse(row.Utf8.Span);
                var id = parser.Id ?? ClusterIndex.Name(table, document);
                if (match is not null)
                {
                    rows.Remove("history");
                    WriteRemoved(list, id, "history", match.Id, match.Similarity, match.Segment);
                }
                else if (table.Key(document) == table.Key(kept!.Value.Document) || !seen.Add(table.Key(document)))
                {
                    rows.Remove("exact");
                    WriteRemoved(list, id, "exact", kept!.Value.Id, 1, null);
                }
                else
                {
                    rows.Remove("near");
                    WriteRemoved(list, id, "near", kept.Value.Id,
                        Jaccard.Similarity(shingles.Get(document), shingles.Get(kept.Value.Document)), null);
                }
            }

            if ((++document & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new StageProgress("dedup", "write", document, reader.BytesRead, reader.TotalBytes));
            }
        }
    }

    private static void WriteRemoved(
        AtomicFile file, string id, string rule, string kept, double similarity, string? segment)
    {
        using (var json = new Utf8JsonWriter(file.Buffer, RemovedJson))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("rule", rule);
            json.WriteString("repeats", kept);
            json.WriteNumber("similarity", Math.Round(similarity, 6));
            if (segment is not null)
            {
                json.WriteString("segment", segment);
            }

            json.WriteEndObject();
        }

        file.EndLine();
        file.FlushIfFull();
    }
}
