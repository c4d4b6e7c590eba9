using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Data.Sanitization.Quality;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>Cleans texts and takes personal data and secrets out of rows.</summary>
/// <remarks>
/// With <see cref="SanitizeOptions.Quality"/> rows that fail a heuristic go as well. Writes <c>rows.jsonl</c> (rows
/// without a finding byte for byte), <c>removed.jsonl</c>, <c>audit.jsonl</c> (one line an edit, without values),
/// <c>trace.jsonl</c> (the first texts of each rule, masked), <c>quarantine.jsonl</c> and, last, <c>summary.json</c>. A
/// second run changes nothing.
/// </remarks>
public sealed class SanitizeStage
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private static readonly JsonSerializerOptions AuditJson = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
    private static readonly JsonEncodedText[] Modes =
        [.. Enum.GetNames<PiiMode>()
            .Select(name => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(name)))];

    private readonly SanitizeOptions _options;

    /// <summary>Checks the options.</summary>
    /// <param name="options">How rows are cleaned.</param>
    /// <exception cref="ArgumentException">A mode needs a key and none is given.</exception>
    public SanitizeStage(SanitizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Key.IsEmpty && options.Modes.Values.Append(options.Mode)
            .Any(mode => mode is PiiMode.Hash or PiiMode.Pseudonym))
        {
            throw new ArgumentException("hashes and pseudonyms need a secret key; set Key", nameof(options));
        }

        _options = options;
    }

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts by class and cleaner, and digests.</returns>
    /// <exception cref="InvalidDataException">Too many rows cannot be read.</exception>
    public Task<SanitizeSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<SanitizeSummary> RunCoreAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        await using var folder = new StageFolder(outputFolder);
        var (output, removed, audit) =
            (folder.Open(StageFolder.Rows), folder.Open(StageFolder.Removed), folder.Open("audit.jsonl"));
        var quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, _options.QuarantineBudget);
        using var row = new RowSanitizer(_options);
        var gate = _options.Quality is { } limits ? new QualityGate(limits) : null;
        var (reader, rows, changedRows) = (new RowFileReader(inputs), new RowLedger(inputs), 0L);
        foreach (var line in reader.Read())
        {
            rows.Take(line);
            if ((rows.Rows.In & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new StageProgress("clean", "rows", rows.Rows.In, reader.BytesRead, reader.TotalBytes));
            }

            try
            {
                changedRows += Pass(line, row, gate, rows, inputs, (output, removed, audit)) ? 1 : 0;
            }
            catch (Exception exception)
                when (exception is JsonException or InvalidOperationException or ArgumentException)
            {
                rows.SetAside();
                quarantine.Add(line, "not a JSON row, not UTF-8, or a repeated key");
            }
        }

        var counts = rows.Close("sanitize");
        var traces = folder.Open("trace.jsonl");
        foreach (var trace in row.Texts.Traces)
        {
            Write(traces, JsonSerializer.SerializeToUtf8Bytes(trace, AuditJson));
        }

        var summary = new SanitizeSummary
        {
            Rows = counts,
            ChangedRows = changedRows,
            PiiSpans = row.Texts.PiiSpans,
            PiiModes = row.Texts.PiiModes,
            CleanedTexts = row.Texts.CleanedTexts,
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    /// <summary>Takes one row to the file where it belongs; returns whether it was changed and stays.</summary>
    private static bool Pass(
        RowLine line, RowSanitizer row, QualityGate? gate, RowLedger rows, IReadOnlyList<string> inputs,
        (AtomicFile Rows, AtomicFile Removed, AtomicFile Audit) files)
    {
        var json = line.Utf8.Span;
        var changed = false;
        string? rule = null;
        if (row.MayChange(json))
        {
            var id = Name();
            changed = row.Sanitize(line.Utf8, id);
            foreach (var edit in row.Texts.Edits)
            {
                WriteEdit(files.Audit, id, edit);
            }

            rule = row.Texts.RemovedBy;
        }

        var clean = changed ? row.Output : json;
        rule ??= gate?.RuleAgainst(row.QualityText);
        if (rule is not null)
        {
            rows.Remove(rule);
            Write(files.Removed, JsonSerializer.SerializeToUtf8Bytes(new { id = Name(), rule }, Json));
            return false;
        }

        rows.Keep();
        Write(files.Rows, clean);
        return changed;

        string Name() => row.Id(line.Utf8.Span) ?? $"{Path.GetFileName(inputs[line.File])}:{line.Line}";
    }

    // By hand: a general serializer costs more than finding the value.
    private static void WriteEdit(AtomicFile file, string id, PiiEdit edit)
    {
        using (var json = new Utf8JsonWriter(file.Buffer))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteStartObject("edit"u8);
            json.WriteString("path"u8, edit.Path);
            json.WriteString("type"u8, edit.Type);
            json.WriteNumber("version"u8, edit.Version);
            json.WriteNumber("start"u8, edit.Start);
            json.WriteNumber("end"u8, edit.End);
            json.WriteString("mode"u8, Modes[(int)edit.Mode]);
            json.WriteString("hash"u8, edit.Hash);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        file.EndLine();
        file.FlushIfFull();
    }

    private static void Write(AtomicFile file, ReadOnlySpan<byte> line)
    {
        file.Write(line);
        file.EndLine();
        file.FlushIfFull();
    }
}
