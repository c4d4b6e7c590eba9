using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Shingle sets of documents, computed again from the input when needed; the least recently used ones are dropped.
/// </summary>
internal sealed class ShingleCache(DocumentTable table, DocumentSigner signer, long budgetBytes)
{
    private readonly Dictionary<int, LinkedListNode<(int Document, ulong[] Shingles)>> _nodes = [];
    private readonly LinkedList<(int Document, ulong[] Shingles)> _order = new();
    private readonly ByteBuffer _row = new();
    private long _bytes;

    public ulong[] Get(int document)
    {
        if (_nodes.TryGetValue(document, out var node))
        {
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Shingles;
        }

        table.Read(document, _row);
        if (signer.LoadText(_row.Span) is { } problem)
        {
            throw new InvalidDataException($"the input changed while it was read: document {document}: {problem}");
        }

        var shingles = signer.Shingles().ToArray();
        _nodes[document] = _order.AddFirst((document, shingles));
        _bytes += Size(shingles);
        while (_bytes > budgetBytes && _order.Count > 1)
        {
            var last = _order.Last!.Value;
            _bytes -= Size(last.Shingles);
            _nodes.Remove(last.Document);
            _order.RemoveLast();
        }

        return shingles;
    }

    private static long Size(ulong[] shingles) => (shingles.LongLength * 8) + 120;
}
