using System.Text.Json;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Building;

/// <summary>Reads, converts and labels the rows of one source into the spill.</summary>
internal sealed class SourceLabelling(
    DatasetSource source, RowLabeller labeller, IRowScorer? scorer, QuarantineLog quarantine,
    RowSplitter? splitter = null, string? stratum = null)
{
    private const int BatchRows = 256;
    private readonly FormatDetector _detector = new();
    private int _rejected;

    /// <summary>Rows that failed the label proof, by code, id and reason; the first thousand.</summary>
    public List<(string Code, string Id, string Reason)> Failures { get; } = [];

    /// <summary>All failures, also those that are not listed.</summary>
    public long FailureCount { get; private set; }

    public RowAccounting Accounting { get; } = new();

    /// <summary>Places of the source's rows in the spill.</summary>
    public List<int> Kept { get; } = [];

    public LabelAudit Audit { get; private set; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Ids of rows that truncation robbed of their terminator; the first thousand.</summary>
    public List<string> CutTerminators { get; } = [];

    /// <summary>Lengths before any cut, by power of two; told when nothing is left.</summary>
    public SortedDictionary<int, long> Lengths { get; } = [];

    public IReadOnlyDictionary<string, long> Formats => _detector.Counts;

    public void Run(RowSpill spill, ReaderOptions options, Action<long>? progress, CancellationToken cancellationToken)
    {
        var refusedBefore = quarantine.Rows.Count;
        foreach (var batch in Rows(options).Chunk(BatchRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var results = new Result[batch.Length];
            Parallel.For(0, batch.Length, i => results[i] = Label(batch[i]));
            foreach (var (row, result) in batch.Zip(results)) Keep(spill, row, result);
            progress?.Invoke(batch.Sum(r => (long)r.Utf8.Length));
        }

        // Rows that were no rows at all never came here, but they were read.
        var unreadable = quarantine.Rows.Count - refusedBefore - _rejected;
        Accounting.In += unreadable;
        Accounting.Quarantined += unreadable;
        if (source.Format is null && source.Map is null && _detector.Counts.Count > 0) _detector.EnsureSingle();
    }

    private IEnumerable<SourceRow> Rows(ReaderOptions options)
    {
        foreach (var file in source.Files)
        {
            foreach (var row in RowReader.Read(RowSource.FromFile(file, Path.GetFileName(file)), options, quarantine))
                yield return row;
        }
    }

    private Result Label(SourceRow row)
    {
        DataFormat? format = null;
        var id = row.Id;
        try
        {
            using var document = row.Parse();
            var json = document.RootElement;
            format = source.Format ?? FormatDetector.Detect(json);
            id = Id(row, json);
            if (source.Map is null && format is null)
                throw new RowFaultException("E-FMT-UNKNOWN", "no known format fits; name a mapping for the source");
            // checked above
            var canonical = source.Map is { } map ? map.Apply(json, id) : RowConverter.Convert(json, format!.Value, id);
            UnicodeRules.Check(canonical);
            if (source.Format == DataFormat.Preference && canonical.Preference is { } pair) canonical = pair.Chosen;
            var labelled = labeller.Fit(labeller.Label(canonical), out var removed);
            return new Result(labelled, removed, scorer?.Score(canonical) ?? 0, null, id, format,
                stratum is not null && json.TryGetProperty(stratum, out var value) ? value.ToString() : string.Empty);
        }
        catch (RowFaultException fault)
        {
            return new Result(null, null, 0, fault, id, format);
        }
    }

    private void Keep(RowSpill spill, SourceRow row, Result result)
    {
        Accounting.In++;
        if (source.Map is null && source.Format is null) _detector.Add(result.Format);
        if (result.Fault is { } fault)
        {
            if (fault.Code == "E-FMT-PREFERENCE")
                throw new DataInputException(fault.Code, $"{result.Id}: {fault.Message}");
            if (fault.Code.StartsWith("E-LABEL", StringComparison.Ordinal))
            {
                FailureCount++;
                if (Failures.Count < 1000) Failures.Add((fault.Code, result.Id, fault.Message));
            }
            else
            {
                _rejected++;
                quarantine.Reject(row, fault.Code, fault.Message);
            }

            Accounting.Quarantined++;
            return;
        }

        var labelled = result.Row!; // there is a row where there is no fault
        var length = labelled.Ids.Length + labelled.Cut;
        var upper = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, length));
        Lengths[upper] = Lengths.GetValueOrDefault(upper) + 1;
        if (result.Removed is { } rule)
        {
            Accounting.Remove(rule);
            return;
        }

        Accounting.Out++;
        Count(labelled);
        Kept.Add(spill.Count);
        spill.Add(labelled, result.Score);
        splitter?.Add(labelled.Id, result.Stratum, source.Replay);
    }

    private void Count(LabelledRow row)
    {
        var cut = row.Cut > 0 && row.NeedsTerminator && !row.EndsWithTerminator;
        if (cut && CutTerminators.Count < 1000) CutTerminators.Add(row.Id);
        Audit = new LabelAudit(
            Audit.Proven + 1,
            Audit.WithTerminator + (row.EndsWithTerminator ? 1 : 0),
            Audit.CutTerminators + (cut ? 1 : 0),
            Audit.ControlTexts + row.ControlTexts,
            Audit.Realigned + (row.Realigned ? 1 : 0),
            Audit.Truncated + (row.Cut > 0 ? 1 : 0),
            Audit.CutTokens + row.Cut);
    }

    /// <summary>The row's own id, or source and line.</summary>
    private string Id(SourceRow row, JsonElement json)
    {
        foreach (var name in (string[])["_id", "id"])
        {
            if (json.TryGetProperty(name, out var value)
                && value.ValueKind is JsonValueKind.String or JsonValueKind.Number) return value.ToString();
        }

        return $"{source.Name}:{row.Line}";
    }

    private sealed record Result(LabelledRow? Row, string? Removed, double Score, RowFaultException? Fault, string Id,
        DataFormat? Format, string Stratum = "");
}
