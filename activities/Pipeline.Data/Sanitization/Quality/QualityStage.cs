using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// Removes rows whose text fails a heuristic or that exceed their source's cap, and reports what speaks to models or
/// gates.
/// </summary>
/// <remarks>
/// Writes <c>rows.jsonl</c> (rows byte for byte), <c>removed.jsonl</c>, <c>scores.jsonl</c> (when only scoring),
/// <c>advisories.jsonl</c>,
/// <c>trace.jsonl</c>, <c>quarantine.jsonl</c> and, last, <c>summary.json</c>. Run it on sanitized rows: the trace
/// shows texts.
/// </remarks>
/// <param name="options">How rows are judged.</param>
public sealed class QualityStage(QualityOptions options)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts by rule, advisories and digests.</returns>
    /// <exception cref="InvalidDataException">Too many rows cannot be read.</exception>
    public Task<QualitySummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<QualitySummary> RunCoreAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        // Sources are counted before the rows are judged only where the count decides something.
        var sources = new SourceCap(options.RowsPerSource, options.Seed);
        if (options.RowsPerSource > 0)
        {
            CountSources(sources, inputs, progress, cancellationToken);
        }

        await using var folder = new StageFolder(outputFolder);
        var run = new Run(options, folder, inputs);
        var reader = new RowFileReader(inputs);
        foreach (var row in reader.Read())
        {
            run.Judge(row, sources);
            if ((run.Rows.Rows.In & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(
                    new StageProgress("quality", "rows", run.Rows.Rows.In, reader.BytesRead, reader.TotalBytes));
            }
        }

        run.Finish();
        var summary = new QualitySummary
        {
            Rows = run.Rows.Close("quality"),
            Sources = sources.Rows.OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(100).ToDictionary(),
            Advisories = run.Advisories,
            Spikes = run.Spikes.Report(sources.Rows.Count),
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    private void CountSources(SourceCap cap, IReadOnlyList<string> inputs, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (parser, reader, rows) = (new RowParser(options.Fields), new RowFileReader(inputs), 0L);
        foreach (var row in reader.Read())
        {
            if (parser.Parse(row.Utf8.Span) is null)
            {
                var id = Name(parser, inputs, row);
                cap.Count(SourceOf(options, id, row.Utf8), id);
            }

            if ((++rows & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new StageProgress("quality", "sources", rows, reader.BytesRead, reader.TotalBytes));
            }
        }
    }

    private static string Name(RowParser parser, IReadOnlyList<string> inputs, RowLine row) =>
        parser.Id ?? $"{Path.GetFileName(inputs[row.File])}:{row.Line}";

    private static string SourceOf(QualityOptions options, string id, ReadOnlyMemory<byte> json)
    {
        if (options.SourceField is { } field)
        {
            using var row = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return row.RootElement.TryGetProperty(field, out var source) ? source.ToString() : "";
        }

        return id.LastIndexOf(':') is > 0 and var colon ? id[..colon] : "";
    }

    /// <summary>The second pass over the rows.</summary>
    private sealed class Run
    {
        private readonly QualityOptions _options;
        private readonly IReadOnlyList<string> _inputs;
        private readonly RowParser _parser;
        private readonly KeyValuePair<QualityRule, (double Least, double Most)>[] _limits;
        private readonly List<(string Field, RowParser Parser, QualityLimits Limits)> _fields;
        private readonly (AtomicFile Rows, AtomicFile Removed, AtomicFile Advisories, AtomicFile Trace) _files;
        private readonly AtomicFile? _scores;
        private readonly Quarantine _quarantine;
        private readonly TextMeter _meter = new();
        private readonly PhraseFilter _phrases = new(InstructionDetector.Phrases);
        private readonly WordText _words = new();
        private readonly RuleTracer _tracer;

        public Run(QualityOptions options, StageFolder folder, IReadOnlyList<string> inputs)
        {
            Rows = new RowLedger(inputs);
            (_options, _inputs, _parser, _limits) =
                (options, inputs, new RowParser(options.Fields), [.. options.Limits.Ranges]);
            _fields = [.. options.FieldLimits.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => (pair.Key, new RowParser(TextFields.Named(pair.Key)), pair.Value))];
            _files = (folder.Open(StageFolder.Rows), folder.Open(StageFolder.Removed), folder.Open("advisories.jsonl"),
                folder.Open("trace.jsonl"));
            _scores = options.ScoreOnly ? folder.Open("scores.jsonl") : null;
            _quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, options.QuarantineBudget);
            (_tracer, Spikes) = (new RuleTracer(options.TraceRows), new SpikeDetector(options.SpikeRows));
        }

        public RowLedger Rows { get; }

        public SortedDictionary<string, long> Advisories { get; } = new(StringComparer.Ordinal);

        public SpikeDetector Spikes { get; }

        public void Judge(RowLine row, SourceCap sources)
        {
            Rows.Take(row);
            if (_parser.Parse(row.Utf8.Span) is { } problem)
            {
                Rows.SetAside();
                _quarantine.Add(row, problem);
                return;
            }

            var id = Name(_parser, _inputs, row);
            var text = _parser.Text.Span;
            var source = SourceOf(_options, id, row.Utf8);
            if (_options.RowsPerSource == 0)
            {
                sources.Count(source, id);
            }

            _words.Load(text);
            Spikes.Add(_words, source);
            if (!Ascii.IsValid(text) || _phrases.MayHold(_words.Normal.Span))
            {
                Advise(id, Encoding.UTF8.GetString(text));
            }

            var rule = sources.Keeps(source, id) ? Fails(row, id, text) : "source-cap";
            if (rule is null || _options.ScoreOnly)
            {
                Rows.Keep();
                Write(_files.Rows, row.Utf8.Span);
                return;
            }

            Rows.Remove(rule);
            if (_tracer.Wants(rule))
            {
                _tracer.Add(rule, id, "$", Encoding.UTF8.GetString(text), "");
            }

            Write(_files.Removed, JsonSerializer.SerializeToUtf8Bytes(new { id, rule }, Json));
        }

        public void Finish()
        {
            foreach (var trace in _tracer.All)
            {
                Write(_files.Trace, JsonSerializer.SerializeToUtf8Bytes(trace, Json));
            }
        }

        private static void Write(AtomicFile file, ReadOnlySpan<byte> line)
        {
            file.Write(line);
            file.EndLine();
            file.FlushIfFull();
        }

        private void Advise(string id, string text)
        {
            var found = InstructionDetector.Find(text);
            foreach (var detector in found)
            {
                Advisories[detector] = Advisories.GetValueOrDefault(detector) + 1;
            }

            if (found.Count > 0)
            {
                Write(_files.Advisories, JsonSerializer.SerializeToUtf8Bytes(new { id, detectors = found }, Json));
            }
        }

        private string? Fails(RowLine row, string id, ReadOnlySpan<byte> text)
        {
            var scores = _meter.Measure(text);
            if (_scores is not null)
            {
                Write(_scores, JsonSerializer.SerializeToUtf8Bytes(new { id, scores }, Json));
            }

            if (QualityLimits.FirstFailed(_limits, scores) is { } failed)
            {
                return "quality:" + JsonNamingPolicy.KebabCaseLower.ConvertName(failed.ToString());
            }

            foreach (var (field, parser, limits) in _fields)
            {
                parser.Parse(row.Utf8.Span);
                if (parser.HasText
                    && limits.FirstFailed(_meter.Measure(parser.Text.Span)) is { } inField)
                {
                    return $"quality:{field}:{JsonNamingPolicy.KebabCaseLower.ConvertName(inField.ToString())}";
                }
            }

            return null;
        }
    }
}
