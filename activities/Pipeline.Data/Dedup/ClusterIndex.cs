using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>Decides which row of each cluster stays.</summary>
internal sealed class ClusterIndex
{
    private readonly UnionFind _sets;
    private readonly Dictionary<int, Best> _kept = [];

    public ClusterIndex(UnionFind sets, DocumentTable table, DocumentSigner signer, KeepPolicy policy,
        CancellationToken cancellationToken)
    {
        _sets = sets;
        var (row, sizes) = (new ByteBuffer(), new Dictionary<int, int>());
        for (var document = 0; document < table.Count; document++)
        {
            var root = sets.Find(document);
            if (root != document)
            {
                sizes[root] = sizes.GetValueOrDefault(root, 1) + 1;
            }
        }

        for (var document = 0; document < table.Count; document++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var root = sets.Find(document);
            if (!sizes.ContainsKey(root))
            {
                continue;
            }

            table.Read(document, row);
            signer.Parser.Parse(row.Span);
            var rank = policy switch
            {
                KeepPolicy.Longest => signer.CountCodePoints(),
                KeepPolicy.BestScore => signer.Parser.Score ?? double.NegativeInfinity,
                _ => 0.0,
            };
            var candidate = new Best(document, signer.Parser.Id ?? Name(table, document), rank);
            if (!_kept.TryGetValue(root, out var best) || candidate.Beats(best))
            {
                _kept[root] = candidate;
            }
        }

        Sizes = new SortedDictionary<int, long>(
            sizes.Values.GroupBy(size => size).ToDictionary(group => group.Key, group => group.LongCount()));
    }

    /// <summary>Number of clusters by size.</summary>
    public SortedDictionary<int, long> Sizes { get; }

    /// <summary>The row that stays for a document of a cluster; null when it is in none.</summary>
    public (int Document, string Id)? KeptFor(int document) =>
        _kept.TryGetValue(_sets.Find(document), out var best) ? (best.Document, best.Id) : null;

    /// <summary>A name for rows without id: file number and byte offset.</summary>
    public static string Name(DocumentTable table, int document) =>
        $"file{table.Place(document) >> 48}@{table.Place(document) & 0xFFFF_FFFF_FFFF}";

    private readonly record struct Best(int Document, string Id, double Rank)
    {
        public bool Beats(Best other)
        {
            if (Rank != other.Rank)
            {
                return Rank > other.Rank;
            }

            var order = NaturalOrder.Instance.Compare(Id, other.Id);
            return order < 0 || (order == 0 && Document < other.Document);
        }
    }
}
