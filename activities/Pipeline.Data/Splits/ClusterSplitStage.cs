using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Splits;

/// <summary>
/// Divides rows into train, validation and test by near-duplicate cluster. The draw does not depend on row order.
/// </summary>
public sealed class ClusterSplitStage
{
    private static readonly string[] Names = ["train", "validation", "test"];
    private readonly ClusterSplitOptions _options;

    /// <summary>Checks the options.</summary>
    /// <param name="options">How rows are divided.</param>
    /// <exception cref="ArgumentException">A share is negative or leaves nothing to train on.</exception>
    public ClusterSplitStage(ClusterSplitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Validation >= 0 && options.Test >= 0 && options.Validation + options.Test < 1))
        {
            throw new ArgumentException(
                $"the shares {options.Validation} and {options.Test} must not be negative and must stay below 1 "
                    + $"together", nameof(options));
        }

        _options = options;
    }

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files with row ids.</param>
    /// <param name="outputFolder">Folder to write to; created. The search for clusters leaves its lists in
    /// <c>clusters/</c>.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Rows by part.</returns>
    /// <exception cref="InvalidDataException">A row has no id, or no row has the field to draw by.</exception>
    public async Task<ClusterSplitSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, IProgress<StageProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var lists = Path.Combine(outputFolder, "clusters");
        var found = await new DedupStage(
            _options.Clusters with { Keep = KeepPolicy.First, HistorySegments = [], WriteSegment = false })
            .RunAsync(inputs, lists, progress, cancellationToken);
        var head = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(lists, StageFolder.Removed)))
        {
            using var row = JsonDocument.Parse(line);
            head[row.RootElement.GetProperty("id").GetString()!] = row.RootElement.GetProperty("repeats").GetString()!;
        }

        var places = Draw(Path.Combine(lists, StageFolder.Rows));
        await using var folder = new StageFolder(outputFolder);
        var files = Array.ConvertAll(Names, name => folder.Open(name + ".jsonl"));
        var (counts, rows, reader) = (new long[3], new RowLedger(inputs), new RowFileReader(inputs));
        foreach (var line in reader.Read())
        {
            rows.Take(line);
            if ((rows.Rows.In & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(
                    new StageProgress("split", "write", rows.Rows.In, reader.BytesRead, reader.TotalBytes));
            }

            if (Id(line.Utf8) is not { } id || !places.TryGetValue(head.GetValueOrDefault(id, id), out var part))
            {
                rows.SetAside();
                continue;
            }

            counts[part]++;
            rows.Keep();
            files[part].Write(line.Utf8.Span);
            files[part].EndLine();
            files[part].FlushIfFull();
        }

        var all = rows.Close("split");
        if (all.Quarantined != found.Rows.Quarantined)
        {
            throw new InvalidDataException(
                $"{all.Quarantined - found.Rows.Quarantined} rows have no id; ingest gives every row one");
        }

        var summary = new ClusterSplitSummary
        {
            Parts = Names.Select((name, i) => (name, rows: counts[i]))
                .ToDictionary(pair => pair.name, pair => pair.rows, StringComparer.Ordinal),
            Clusters = found.Clusters,
            Rows = all,
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    /// <summary>
    /// One row of each cluster decides for all: clusters are ranked by a seeded hash inside their stratum. What
    /// rounding takes from one stratum it gives to the next, so that many small strata do not leave a part empty.
    /// </summary>
    private Dictionary<string, int> Draw(string heads)
    {
        var strata = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var any = _options.StratifyBy is null;
        foreach (var line in new RowFileReader([heads]).Read())
        {
            using var row = JsonDocument.Parse(line.Utf8);
            var stratum = "";
            if (_options.StratifyBy is { } field && row.RootElement.TryGetProperty(field, out var value))
            {
                (stratum, any) = (value.ToString(), true);
            }

            if (!strata.TryGetValue(stratum, out var list))
            {
                strata[stratum] = list = [];
            }

            list.Add(
                Id(line.Utf8)
                    ?? throw new InvalidDataException(
                        $"row {line.Line} has neither '_id' nor 'id'; ingest gives every row one"));
        }

        if (!any && strata.Count > 0)
        {
            throw new InvalidDataException(
                $"no row has the field '{_options.StratifyBy}' to draw by; name a field of the rows or none");
        }

        return Place(strata.Values);
    }

    private Dictionary<string, int> Place(IEnumerable<List<string>> strata)
    {
        var (places, seen, tested, validated) = (new Dictionary<string, int>(StringComparer.Ordinal), 0, 0, 0);
        foreach (var ids in strata)
        {
            seen += ids.Count;
            var test = Math.Min(ids.Count, (int)Math.Round(_options.Test * seen) - tested);
            var validation = Math.Min(ids.Count - test, (int)Math.Round(_options.Validation * seen) - validated);
            (tested, validated) = (tested + test, validated + validation);
            var ranked = ids.OrderBy(Rank).ThenBy(id => id, StringComparer.Ordinal).ToList();
            for (var i = 0; i < ranked.Count; i++)
            {
                places[ranked[i]] = i < test ? 2 : i < test + validation ? 1 : 0;
            }
        }

        return places;
    }

    private static string? Id(ReadOnlyMemory<byte> json)
    {
        var parser = new RowParser(TextFields.Default);
        return parser.Parse(json.Span) is null ? parser.Id : null;
    }

    private ulong Rank(string id) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{_options.Seed}:{id}")));
}
