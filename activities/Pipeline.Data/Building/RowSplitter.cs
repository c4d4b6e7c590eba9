using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>Decides the part of each row in the spill; memory holds 13 bytes a row.</summary>
internal sealed class RowSplitter
{
    private const byte Training = 0, NearHeldOut = 3;
    private readonly DatasetSplit _split;
    private readonly long _seed;
    private readonly Dictionary<string, string> _heads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte> _listed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _strata = new(StringComparer.Ordinal);
    private readonly List<(ulong Cluster, int Stratum, byte Listed)> _rows = [];

    public RowSplitter(DatasetSplit split, long seed)
    {
        (_split, _seed) = (split, seed);
        if (!(split.Validation >= 0 && split.Test >= 0 && split.Validation + split.Test < 1))
            throw new DataInputException("E-SPLIT",
                $"the shares {split.Validation} and {split.Test} must not be negative and must stay below 1 together");
        foreach (var (id, json) in Lines(split.Clusters)) _heads[id] = json.TryGetProperty("repeats", out var head)
            ? head.ToString()
            : throw new DataInputException(
                "E-SPLIT",
                $"the cluster list names no 'repeats' for row '{id}'; give the removed.jsonl of the dedup stage");
        List(split.ValidationIds, 1);
        List(split.TestIds, 2);
    }

    /// <summary>Notes the next row of the spill.</summary>
    public void Add(string id, string stratum, bool isReplay)
    {
        if (!_strata.TryGetValue(stratum, out var number)) _strata[stratum] = number = _strata.Count;
        _rows.Add(
            (Rank(_heads.GetValueOrDefault(id, id)), isReplay ? -1 : number, isReplay
                ? Training : _listed.GetValueOrDefault(id)));
    }

    /// <summary>Takes the rows of the other parts out of the sources.</summary>
    /// <returns>Places in the spill for each part of <see cref="DatasetSplit.Parts"/> and source.</returns>
    public int[][][] Divide(IReadOnlyList<SourceLabelling> sources)
    {
        var parts = _listed.Count > 0 ? ByList() : Drawn();
        var held = DatasetSplit.Parts.Select(
            (_, part) => sources.Select(source => source.Kept.Where(row => Part(parts, row) == part + 1).ToArray())
                .ToArray()).ToArray();
        foreach (var (source, index) in sources.Select((source, index) => (source, index)))
        {
            for (var part = 0; part < held.Length; part++)
            {
                if (held[part][index].Length > 0)
                    source.Accounting.Removed[$"to-{DatasetSplit.Parts[part]}"] = held[part][index].Length;
            }

            var near = source.Kept.Count(row => Part(parts, row) == NearHeldOut);
            if (near > 0) source.Accounting.Removed["near-held-out"] = near;
            source.Kept.RemoveAll(row => Part(parts, row) != Training);
        }

        return held;
    }

    private byte Part(Dictionary<ulong, byte> parts, int row)
    {
        var (cluster, stratum, listed) = _rows[row];
        if (listed != 0) return listed;
        var part = stratum < 0 ? Training : parts.GetValueOrDefault(cluster);

        // With lists, a row that is like a held-out one but not listed belongs nowhere.
        return part != Training && _listed.Count > 0 ? NearHeldOut : part;
    }

    private Dictionary<ulong, byte> ByList()
    {
        var parts = new Dictionary<ulong, byte>();
        foreach (var (id, part) in _listed)
        {
            var cluster = Rank(_heads.GetValueOrDefault(id, id));
            if (parts.TryGetValue(cluster, out var other) && other != part)
                throw new DataInputException(
                    "E-SPLIT",
                    $"row '{id}' is listed for {DatasetSplit.Parts[part - 1]}, a near-duplicate of it for "
                        + $"{DatasetSplit.Parts[other - 1]}");
            parts[cluster] = part;
        }

        return parts;
    }

    /// <summary>
    /// Clusters of each stratum by their rank: the first rows of a cluster decide its stratum, the ranks do not depend
    /// on the order. What rounding takes from one stratum it gives to the next, so that many small strata do not leave
    /// a part empty.
    /// </summary>
    private Dictionary<ulong, byte> Drawn()
    {
        var (parts, seen, tested, validated) = (new Dictionary<ulong, byte>(), 0, 0, 0);
        var names = _strata.ToDictionary(pair => pair.Value, pair => pair.Key);
        var clusters = _rows.Where(row => row.Stratum >= 0).DistinctBy(row => row.Cluster)
            .GroupBy(row => row.Stratum, row => row.Cluster);
        foreach (var stratum in clusters.OrderBy(group => names[group.Key], StringComparer.Ordinal))
        {
            var ranked = stratum.Order().ToList();
            seen += ranked.Count;
            var test = Math.Min(ranked.Count, (int)Math.Round(_split.Test * seen) - tested);
            var validation = Math.Min(ranked.Count - test, (int)Math.Round(_split.Validation * seen) - validated);
            (tested, validated) = (tested + test, validated + validation);
            for (var i = 0; i < test + validation; i++) parts[ranked[i]] = (byte)(i < test ? 2 : 1);
        }

        if (seen > 0 && ((_split.Test > 0 && tested == 0) || (_split.Validation > 0 && validated == 0)))
            throw new DataInputException(
                "E-SPLIT",
                $"{seen} clusters are too few for a validation share of {_split.Validation} and a test share of "
                    + $"{_split.Test}; take larger shares or more rows");
        return parts;
    }

    private void List(IReadOnlyList<string> files, byte part)
    {
        foreach (var (id, _) in Lines(files))
        {
            if (_listed.TryGetValue(id, out var other) && other != part)
                throw new DataInputException("E-SPLIT",
                    $"row '{id}' is listed for {DatasetSplit.Parts[other - 1]} and for {DatasetSplit.Parts[part - 1]}");
            _listed[id] = part;
        }
    }

    private static IEnumerable<(string Id, JsonElement Json)> Lines(IReadOnlyList<string> files)
    {
        foreach (var row in RowReader.ReadFiles(files.Where(file => new FileInfo(file).Length > 0)))
        {
            using var document = row.Parse();
            var json = document.RootElement;
            yield return json.TryGetProperty("_id", out var id) || json.TryGetProperty("id", out id)
                ? (id.ToString(), json)
                : throw new DataInputException("E-SPLIT", $"{row.Id}: the row has neither '_id' nor 'id'");
        }
    }

    private ulong Rank(string id) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}:{id}")));
}
