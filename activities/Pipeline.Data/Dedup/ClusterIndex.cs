using System.Runtime.InteropServices;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Decides which row of each cluster stays, and makes it the root of its set. Clusters are brought together by sorting
/// within a budget, so memory does not depend on how many there are.
/// </summary>
internal sealed class ClusterIndex
{
    private const int LargeCluster = 1 << 12;

    private readonly UnionFind _sets;
    private readonly DocumentTable _table;
    private readonly DocumentSigner _signer;
    private readonly KeepPolicy _policy;
    private readonly RowParser _parser;
    private readonly ulong[] _exact;
    private readonly ByteBuffer _row = new();
    private Dictionary<ulong, Best> _least = [];

    public ClusterIndex(UnionFind sets, DocumentTable table, DocumentSigner signer, KeepPolicy policy,
        SpillSorter members, CancellationToken cancellationToken)
    {
        (_sets, _table, _signer, _policy) = (sets, table, signer, policy);
        // The first row is told by its id alone.
        _parser = policy == KeepPolicy.First ? new RowParser(TextFields.Named("_")) : signer.Parser;
        _exact = new ulong[(table.Count / 64) + 1];
        for (var document = 0; document < table.Count; document++)
        {
            if (sets.Find(document) is var root && root != document)
            {
                // An odd factor spreads the roots over all keys and keeps them apart.
                members.Add((ulong)root * 0x9E3779B97F4A7C15, document);
            }
        }

        foreach (var (_, cluster) in members.GroupsOf(1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            cluster.Add(sets.Find(cluster[0]));
            cluster.Sort();
            var kept = Choose(cluster);
            Mark(cluster, kept);
            sets.Reroot(cluster, kept);
            Sizes[cluster.Count] = Sizes.GetValueOrDefault(cluster.Count) + 1;
        }
    }

    /// <summary>Number of clusters by size.</summary>
    public SortedDictionary<int, long> Sizes { get; } = [];

    /// <summary>The row that stays for a document; the document itself when it is in no cluster.</summary>
    public int KeptFor(int document) => _sets.Find(document);

    /// <summary>
    /// Whether a removed row has the normalised text of the kept one, or of another removed one with a lesser id.
    /// </summary>
    public bool IsExact(int document) => (_exact[document >> 6] & (1UL << document)) != 0;

    /// <summary>A name for rows without id: file number and byte offset.</summary>
    public static string Name(DocumentTable table, int document) =>
        $"file{table.Place(document) >> 48}@{table.Place(document) & 0xFFFF_FFFF_FFFF}";

    private int Choose(List<int> cluster)
    {
        Best? best = null;
        if (_least.Count > LargeCluster)
        {
            _least = []; // to clear a large table once for every small cluster would take longer
        }

        _least.Clear();
        foreach (var document in cluster)
        {
            _table.Read(document, _row);
            _parser.Parse(_row.Span);
            var rank = _policy switch
            {
                KeepPolicy.Longest => _signer.CountCodePoints(),
                KeepPolicy.BestScore => _parser.Score ?? double.NegativeInfinity,
                _ => 0.0,
            };
            var candidate = new Best(document, _parser.Id ?? Name(_table, document), rank);
            best = best is { } other && !candidate.Beats(other) ? best : candidate;
            ref var least = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _least, _table.Key(document), out var known);
            least = known && !candidate.ComesBefore(least) ? least : candidate;
        }

        return best?.Document ?? cluster[0];
    }

    private void Mark(List<int> cluster, int kept)
    {
        var text = _table.Key(kept);
        foreach (var document in cluster)
        {
            if (document != kept && _table.Key(document) is var key
                && (key == text || _least[key].Document != document))
            {
                _exact[document >> 6] |= 1UL << document;
            }
        }
    }

    private readonly record struct Best(int Document, string Id, double Rank)
    {
        public bool Beats(Best other)
        {
            return Rank == other.Rank ? ComesBefore(other) : Rank > other.Rank;
        }

        public bool ComesBefore(Best other)
        {
            var order = NaturalOrder.Instance.Compare(Id, other.Id);
            return order < 0 || (order == 0 && Document < other.Document);
        }
    }
}
