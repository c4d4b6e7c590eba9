using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Decontamination;

/// <summary>Removes training rows that are evaluation items, or share word n-grams with them.</summary>
/// <remarks>
/// Words are those of deduplication: case, punctuation and white space do not matter. The rule of a removed row is the
/// narrowest that holds:
/// <c>exact</c> (the text of an item, byte for byte), <c>normalised</c> (its words and no other), <c>ngram-N</c> for
/// the largest configured N (the length of the item where the item is shorter than the smallest). Writes
/// <c>rows.jsonl</c>, <c>removed.jsonl</c> (id, rule, task, item, n-gram), <c>quarantine.jsonl</c> and, last,
/// <c>summary.json</c>.
/// </remarks>
/// <param name="options">The rule.</param>
public sealed class DecontaminationStage(DecontaminationOptions options)
{
    /// <summary>Version of the rules; part of the digest.</summary>
    public const int Version = 3;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Digest of the items of one evaluation set, independent of their order.</summary>
    /// <param name="items">Its items.</param>
    /// <returns>SHA-256, lower-case hex.</returns>
    public static string DigestOf(IEnumerable<EvaluationItem> items)
    {
        var lines = items.Select(item => JsonSerializer.Serialize(new[] { item.Id, item.Text }))
            .Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="gateSets">Items of every configured evaluation set.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts and the digest that training demands.</returns>
    /// <exception cref="InvalidDataException">There are no evaluation items, or one has no text.</exception>
    public Task<DecontaminationSummary> RunAsync(
        IReadOnlyList<string> inputs, IReadOnlyList<EvaluationItem> gateSets, string outputFolder,
        IProgress<StageProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, gateSets, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<DecontaminationSummary> RunCoreAsync(
        IReadOnlyList<string> inputs, IReadOnlyList<EvaluationItem> items, string outputFolder,
        IProgress<StageProgress>? progress, CancellationToken cancellationToken)
    {
        if (options.NGrams.Count == 0 || options.NGrams.Any(length => length < 2))
        {
            throw new InvalidDataException("runs of at least 2 words must be looked for; 13 and 8 are usual");
        }

        if (items.Count == 0 || items.FirstOrDefault(item => string.IsNullOrWhiteSpace(item.Text)) is not null)
        {
            var what = items.Count == 0 ? "no evaluation items were given"
                : $"evaluation item {items.First(item => string.IsNullOrWhiteSpace(item.Text)).Id} has no text";
            throw new InvalidDataException(
                $"{what}; check the evaluation files, or skip decontamination with a recorded reason");
        }

        var index = new NGramIndex(items, options.NGrams, options.ShortItemsWhole, options.MinimumWords);
        await using var folder = new StageFolder(outputFolder);
        var (output, list) = (folder.Open(StageFolder.Rows), folder.Open(StageFolder.Removed));
        var quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, options.QuarantineBudget);
        var (reader, parser, text, hits, rows) = (new RowFileReader(inputs), new RowParser(options.Fields),
            new WordText(), new List<NGramHit>(), new RowLedger(inputs));
        foreach (var row in reader.Read())
        {
            rows.Take(row);
            if (parser.Parse(row.Utf8.Span) is { } problem)
            {
                rows.SetAside();
                quarantine.Add(row, problem);
                continue;
            }

            text.Load(parser.Text.Span);
            index.Find(text, hits);
            var whole = index.WholeItem(text);
            if (hits.Count > 0 || whole >= 0)
            {
                var id = parser.Id ?? $"{Path.GetFileName(inputs[row.File])}:{row.Line}";
                var (found, item) = Narrowest(whole, parser.Text.Span, hits, items);
                rows.Remove($"{found}:{items[item].Task}");
                WriteHits(list, id, found, hits.Count > 0 ? hits : [new NGramHit(0, text.Count, whole)], text, items);
            }
            else
            {
                rows.Keep();
                output.Write(row.Utf8.Span);
                output.EndLine();
                output.FlushIfFull();
            }

            if ((rows.Rows.In & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(
                    new StageProgress("decontaminate", "scan", rows.Rows.In, reader.BytesRead, reader.TotalBytes));
            }
        }

        var counts = rows.Close("decontaminate");
        var files = await folder.CommitFilesAsync(cancellationToken);
        var sets = items.GroupBy(item => item.Task).OrderBy(set => set.Key, StringComparer.Ordinal)
            .ToDictionary(set => set.Key, DigestOf);
        var rule = new
        {
            Version,
            options.NGrams,
            options.ShortItemsWhole,
            options.MinimumWords,
            fields = options.Fields.Names,
            sets,
            rows = files.Single(file => file.Name == StageFolder.Rows).Sha256
        };
        var summary = new DecontaminationSummary
        {
            Digest = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(rule))),
            GateSets = sets,
            Rows = counts,
            SkippedItems = index.Skipped,
            Files = files,
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    private static (string Rule, int Item) Narrowest(
        int whole, ReadOnlySpan<byte> text, List<NGramHit> hits, IReadOnlyList<EvaluationItem> items)
    {
        if (whole >= 0)
        {
            return (text.SequenceEqual(Encoding.UTF8.GetBytes(items[whole].Text)) ? "exact" : "normalised", whole);
        }

        var longest = hits.MaxBy(hit => hit.Words);
        return ($"ngram-{longest.Words}", longest.Item);
    }

    private static void WriteHits(
        AtomicFile file, string id, string rule, List<NGramHit> hits, WordText text,
        IReadOnlyList<EvaluationItem> items)
    {
        using (var json = new Utf8JsonWriter(file.Buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("rule", rule);
            json.WriteNumber(
                "matches", hits.DistinctBy(hit => (hit.WordIndex, hit.Words, items[hit.Item].Task, items[hit.Item].Id))
                    .Count());
            json.WriteStartArray("hits");
            foreach (var hit in hits.DistinctBy(hit => (items[hit.Item].Task, items[hit.Item].Id)).Take(20))
            {
                json.WriteStartObject();
                json.WriteString("task", items[hit.Item].Task);
                json.WriteString("item", items[hit.Item].Id);
                json.WriteString("ngram", text.Slice(hit.WordIndex, hit.Words));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        file.EndLine();
        file.FlushIfFull();
    }
}
