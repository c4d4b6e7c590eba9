using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup.Semantic;

/// <summary>
/// Removes rows that say the same as another one in other words, by the cosine similarity of vectors of their texts.
/// </summary>
/// <remarks>
/// Rows are divided into clusters and compared inside each; of rows that repeat each other, directly or through others,
/// the smallest id stays. The result does not depend on the order of the rows. Runs behind exact and near-duplicates,
/// which are cheaper and certain.
/// Writes <c>rows.jsonl</c>, <c>removed.jsonl</c> (id, rule, id of the row it repeats, similarity),
/// <c>quarantine.jsonl</c> and, last,
/// <c>summary.json</c>. <b>Source:</b> Abbas et al., "SemDeDup" (2023).
/// </remarks>
/// <param name="options">When rows repeat each other.</param>
/// <param name="embedder">Makes the vectors.</param>
public sealed class SemanticDedupStage(SemanticDedupOptions options, ITextEmbedder embedder)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts and digests.</returns>
    /// <exception cref="InvalidDataException">Too many rows cannot be read, or the vectors do not fit the
    /// budget.</exception>
    public Task<SemanticDedupSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<SemanticDedupSummary> RunCoreAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        await using var folder = new StageFolder(outputFolder);
        var (rows, ids, places) = (new RowLedger(inputs), new List<string>(), new HashSet<(int File, long Offset)>());
        var quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, options.QuarantineBudget);
        var table = Embed(inputs, rows, ids, places, quarantine, progress, cancellationToken);
        var order = Enumerable.Range(0, ids.Count).OrderBy(row => ids[row], NaturalOrder.Instance).ToList();
        var clusters = VectorClusters.Of(table, order, embedder.Dimensions, options.ClusterRows, cancellationToken);
        var kept = Join(table, order, clusters, cancellationToken);
        Write(inputs, folder, ids, places, kept, table, rows);
        var summary = new SemanticDedupSummary
        {
            Rows = rows.Close("semantic-dedup"),
            Clusters = clusters.Count,
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    private VectorTable Embed(
        IReadOnlyList<string> inputs, RowLedger rows, List<string> ids, HashSet<(int File, long Offset)> places,
        Quarantine quarantine,
        IProgress<StageProgress>? progress, CancellationToken cancellationToken)
    {
        var (reader, parser, texts) = (new RowFileReader(inputs), new RowParser(options.Fields), new List<string>());
        var table = new VectorTable(embedder.Dimensions, options.MemoryBudgetBytes);
        foreach (var row in reader.Read())
        {
            rows.Take(row);
            if (parser.Parse(row.Utf8.Span) is { } problem)
            {
                rows.SetAside();
                quarantine.Add(row, problem);
                continue;
            }

            ids.Add(parser.Id ?? $"{Path.GetFileName(inputs[row.File])}:{row.Line}");
            places.Add((row.File, row.Offset));
            texts.Add(Encoding.UTF8.GetString(parser.Text.Span));
            if (texts.Count == embedder.BatchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                AddBatch(table, texts, ids);
                progress?.Report(
                    new StageProgress("semantic-dedup", "vectors", rows.Rows.In, reader.BytesRead, reader.TotalBytes));
            }
        }

        AddBatch(table, texts, ids);
        return table;
    }

    private void AddBatch(VectorTable table, List<string> texts, List<string> ids)
    {
        var vectors = new float[texts.Count * embedder.Dimensions];
        if (texts.Count > 0)
        {
            embedder.Embed(texts, vectors);
        }

        for (var i = 0; i < texts.Count; i++)
        {
            table.Add(vectors.AsSpan(i * embedder.Dimensions, embedder.Dimensions), ids[table.Count]);
        }

        texts.Clear();
    }

    // Row numbers are renamed to their place in the order of ids, so the root of a set is its smallest id.
    private int[] Join(
        VectorTable table, List<int> order, IReadOnlyList<List<int>> clusters, CancellationToken cancellationToken)
    {
        var (sets, rank) = (new UnionFind(), new int[order.Count]);
        for (var i = 0; i < order.Count; i++)
        {
            rank[order[i]] = sets.Add();
        }

        foreach (var cluster in clusters)
        {
            for (var i = 0; i < cluster.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var j = i + 1; j < cluster.Count; j++)
                {
                    if (VectorTable.Dot(table[cluster[i]], table[cluster[j]]) >= options.Threshold)
                    {
                        sets.Union(rank[cluster[i]], rank[cluster[j]]);
                    }
                }
            }
        }

        return [.. rank.Select(place => order[sets.Find(place)])];
    }

    private static void Write(
        IReadOnlyList<string> inputs, StageFolder folder, List<string> ids, HashSet<(int File, long Offset)> places,
        int[] kept, VectorTable table, RowLedger rows)
    {
        var (output, removed, number) = (folder.Open(StageFolder.Rows), folder.Open(StageFolder.Removed), 0);
        foreach (var row in new RowFileReader(inputs).Read().Where(row => places.Contains((row.File, row.Offset))))
        {
            rows.Select(row);
            var (file, line) = (output, row.Utf8);
            if (kept[number] is var other && other == number)
            {
                rows.Keep();
            }
            else
            {
                rows.Remove("semantic");
                var similarity = Math.Round(VectorTable.Dot(table[number], table[other]), 4);
                (file, line) =
                    (removed,
                        JsonSerializer.SerializeToUtf8Bytes(
                            new { id = ids[number], rule = "semantic", repeats = ids[other], similarity }, Json));
            }

            file.Write(line.Span);
            file.EndLine();
            file.FlushIfFull();
            number++;
        }
    }
}
