using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Splits;

/// <summary>Holds test rows out of the raw rows, before anything is cleaned or selected.</summary>
/// <remarks>
/// The draw ranks row ids by a seeded hash, so it does not depend on row order; each stratum gives at least its share,
/// rounded up.
/// </remarks>
public sealed class HoldoutStage
{
    private readonly HoldoutOptions _options;

    /// <summary>Checks the options.</summary>
    /// <param name="options">How rows are held out.</param>
    /// <exception cref="ArgumentException">The share is below 10 % or not below 100 %.</exception>
    public HoldoutStage(HoldoutOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Fraction >= 0.10 && options.Fraction < 1))
        {
            throw new ArgumentException(
                $"hold out at least 10 % and less than 100 % of the raw rows, not {options.Fraction:P1}",
                nameof(options));
        }

        _options = options;
    }

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Raw canonical JSONL files with row ids.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts and the digest of the draw.</returns>
    /// <exception cref="InvalidDataException">A row has no id or is no JSON object, an id occurs twice, or no row has
    /// the field to draw by.</exception>
    public Task<HoldoutSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => RunCoreAsync(inputs, outputFolder, progress, cancellationToken), cancellationToken);

    private async Task<HoldoutSummary> RunCoreAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        var rows = new RowLedger(inputs);
        var (ids, held) = Draw(inputs, rows, progress, cancellationToken);
        await using var folder = new StageFolder(outputFolder);
        var (train, test, row) = (folder.Open("train.jsonl"), folder.Open("test.jsonl"), 0);
        var reader = new RowFileReader(inputs);
        foreach (var line in reader.Read())
        {
            if ((row & 0xFFF) == 0)
            {
                Tell(progress, "write", row, reader, cancellationToken);
            }

            rows.Select(line);
            var file = Place(rows, held[row++]) ? test : train;
            file.Write(line.Utf8.Span);
            file.EndLine();
            file.FlushIfFull();
        }

        var counts = rows.Close("holdout");
        var files = await folder.CommitFilesAsync(cancellationToken);
        var key = StageFolder.Key("holdout", 1, _options, StageFolder.Digests(inputs, cancellationToken));
        var drawn = string.Join('\n', ids.Where((_, i) => held[i]).Order(StringComparer.Ordinal));
        var summary = new HoldoutSummary
        {
            Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key + '\n' + drawn))),
            Rows = counts,
            HeldOut = held.Count(value => value),
            Files = files,
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    private static bool Place(RowLedger rows, bool held)
    {
        if (held)
        {
            rows.Remove("held-out");
        }
        else
        {
            rows.Keep();
        }

        return held;
    }

    private static void Tell(IProgress<StageProgress>? progress, string phase, long rows, RowFileReader reader,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new StageProgress("holdout", phase, rows, reader.BytesRead, reader.TotalBytes));
    }

    private (List<string> Ids, bool[] Held) Draw(
        IReadOnlyList<string> inputs, RowLedger ledger, IProgress<StageProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (ids, strata) = (new List<string>(), new SortedDictionary<string, List<int>>(StringComparer.Ordinal));
        var (seen, reader, any) =
            (new HashSet<string>(StringComparer.Ordinal), new RowFileReader(inputs), _options.StratifyBy is null);
        foreach (var line in reader.Read())
        {
            if ((ids.Count & 0xFFF) == 0)
            {
                Tell(progress, "draw", ids.Count, reader, cancellationToken);
            }

            ledger.Take(line);
            var where = $"{Path.GetFileName(inputs[line.File])}:{line.Line}";
            var (id, stratum) = Read(line.Utf8, where);
            if (!seen.Add(id))
            {
                throw new InvalidDataException(
                    $"{where}: the row id '{id}' occurs twice; ids must be unique, so ingest the data again");
            }

            any |= stratum is not null;
            if (!strata.TryGetValue(stratum ?? "", out var rows))
            {
                strata[stratum ?? ""] = rows = [];
            }

            rows.Add(ids.Count);
            ids.Add(id);
        }

        if (!any && ids.Count > 0)
        {
            throw new InvalidDataException(
                $"none of the {ids.Count} rows has the field '{_options.StratifyBy}' to draw by; name a field of the "
                    + "rows or none");
        }

        var held = new bool[ids.Count];
        foreach (var rows in strata.Values)
        {
            foreach (var index in rows.OrderBy(index => Rank(ids[index]))
                .ThenBy(index => ids[index], StringComparer.Ordinal)
                .Take((int)Math.Ceiling(_options.Fraction * rows.Count)))
            {
                held[index] = true;
            }
        }

        return (ids, held);
    }

    private (string Id, string? Stratum) Read(ReadOnlyMemory<byte> json, string where)
    {
        try
        {
            using var row = JsonDocument.Parse(json);
            var id = row.RootElement.TryGetProperty("_id", out var own) || row.RootElement.TryGetProperty("id", out own)
                ? own.ToString() : null;
            var stratum = _options.StratifyBy is { } field && row.RootElement.TryGetProperty(field, out var value)
                ? value.ToString() : null;
            return (id
                ?? throw new InvalidDataException(
                    $"{where}: the row has neither '_id' nor 'id'; ingest gives every row one"), stratum);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{where}: not a JSON object; ingest the data first", exception);
        }
    }

    private ulong Rank(string id) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{_options.Seed}:{id}")));
}
