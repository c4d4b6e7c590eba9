using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Reports passages of so many words that stand in more than one row, or twice in one: boilerplate that exact and
/// near-duplicates of whole rows do not show.
/// </summary>
/// <remarks>
/// Every window of words is hashed and the hashes are sorted within a budget; a second pass over the rows joins the
/// windows that occurred before into spans. Case, punctuation and white space do not matter. Writes
/// <c>repeats.jsonl</c> (id, first word and number of words of each span, its beginning), <c>quarantine.jsonl</c> and,
/// last, <c>summary.json</c>. Removes nothing.
/// </remarks>
/// <param name="options">What is reported.</param>
public sealed class RepeatStage(RepeatOptions options)
{
    private const ulong Roll = 0x9E3779B97F4A7C15;
    private const int ShownWords = 12;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private ulong[] _hashes = new ulong[256];

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts and digests.</returns>
    /// <exception cref="InvalidDataException">Too many rows cannot be read, or there are more than 2 billion
    /// windows.</exception>
    public Task<RepeatSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<RepeatSummary> RunCoreAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        await using var folder = new StageFolder(outputFolder);
        using var windows = new SpillSorter(folder.Path, options.MemoryBudgetBytes);
        var quarantine = new Quarantine(folder.Open(StageFolder.QuarantineFile), inputs, options.QuarantineBudget);
        var (rows, words, count) = (new RowLedger(inputs), 0L, 0);
        foreach (var (row, _, text) in Texts(inputs, "windows", progress, cancellationToken))
        {
            rows.Take(row);
            if (text is null)
            {
                rows.SetAside();
                quarantine.Add(row, "not a JSON row with one of the text fields");
                continue;
            }

            rows.Keep();
            words += text.Count;
            var number = WindowsOf(text);
            if (count > int.MaxValue - number)
            {
                throw new InvalidDataException("more than 2 billion windows of words; report repeats file by file");
            }

            for (var window = 0; window < number; window++)
            {
                windows.Add(_hashes[window], count++);
            }
        }

        var counts = rows.Close("repeats");
        var later = Later(windows, count, cancellationToken);
        var (spilled, list) = (windows.Runs, folder.Open("repeats.jsonl"));
        windows.Release();
        var (repeatedWords, repeatedRows, first) = (0L, 0L, 0);
        foreach (var (row, id, text) in Texts(inputs, "spans", progress, cancellationToken))
        {
            if (text is not null)
            {
                var spans = Spans(later, first, Math.Max(0, text.Count - options.Words + 1));
                first += Math.Max(0, text.Count - options.Words + 1);
                repeatedWords += spans.Sum(span => span.Words);
                repeatedRows += spans.Count > 0 ? 1 : 0;
                Write(list, id ?? $"{Path.GetFileName(inputs[row.File])}:{row.Line}", text, spans);
            }
        }

        var summary = new RepeatSummary
        {
            Rows = counts,
            Words = words,
            RepeatedWords = repeatedWords,
            RepeatedRows = repeatedRows,
            SpilledRuns = spilled,
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    /// <summary>Whether each window stood somewhere before: all of a group of equal ones but the first.</summary>
    private static BitArray Later(SpillSorter windows, int count, CancellationToken cancellationToken)
    {
        var later = new BitArray(count);
        foreach (var (_, places) in windows.GroupsOf(2))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = places.Min();
            foreach (var place in places)
            {
                later[place] |= place != first;
            }
        }

        return later;
    }

    private List<(int Start, int Words)> Spans(BitArray later, int first, int number)
    {
        var spans = new List<(int Start, int Words)>();
        for (var window = 0; window < number; window++)
        {
            if (!later[first + window])
            {
                continue;
            }

            if (spans.Count > 0 && spans[^1] is var last && last.Start + last.Words >= window)
            {
                spans[^1] = (last.Start, window + options.Words - last.Start);
            }
            else
            {
                spans.Add((window, options.Words));
            }
        }

        return spans;
    }

    private IEnumerable<(RowLine Row, string? Id, WordText? Text)> Texts(
        IReadOnlyList<string> inputs, string phase, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (reader, parser, text, rows) =
            (new RowFileReader(inputs), new RowParser(options.Fields), new WordText(), 0L);
        foreach (var row in reader.Read())
        {
            if ((++rows & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new StageProgress("repeats", phase, rows, reader.BytesRead, reader.TotalBytes));
            }

            var readable = parser.Parse(row.Utf8.Span) is null;
            if (readable)
            {
                text.Load(parser.Text.Span);
            }

            yield return (row, readable ? parser.Id : null, readable ? text : null);
        }
    }

    /// <summary>Puts the hash of each window of a text into the buffer; returns their number.</summary>
    private int WindowsOf(WordText text)
    {
        if (text.Count < options.Words)
        {
            return 0;
        }

        if (_hashes.Length < text.Count)
        {
            _hashes = new ulong[2 * text.Count];
        }

        text.HashWords(_hashes, 0);
        var (rolling, weight) = (0UL, 1UL);
        for (var word = 0; word < options.Words; word++)
        {
            rolling = (rolling * Roll) + _hashes[word];
            weight *= Roll;
        }

        var number = text.Count - options.Words + 1;
        for (var window = 0; window < number; window++)
        {
            var left = _hashes[window];
            _hashes[window] = FastHash.Finish(rolling);
            rolling = window + 1 < number
                ? (rolling * Roll) + _hashes[window + options.Words] - (left * weight) : rolling;
        }

        return number;
    }

    private static void Write(AtomicFile file, string id, WordText text, List<(int Start, int Words)> spans)
    {
        foreach (var (start, words) in spans)
        {
            var begins = Encoding.UTF8.GetString(text.Slice(start, Math.Min(words, ShownWords)));
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new { id, start, words, begins }, Json));
            file.EndLine();
            file.FlushIfFull();
        }
    }
}
