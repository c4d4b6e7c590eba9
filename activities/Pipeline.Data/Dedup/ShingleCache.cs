using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Shingle sets of documents, computed again from the input when needed. The last ones are kept in a ring, which is
/// all the memory that they take.
/// </summary>
internal sealed class ShingleCache(DocumentTable table, DocumentSigner signer, long budgetBytes)
{
    // What the entries of one set cost beside the ring, in numbers of the ring.
    private const int Overhead = 8;
    private readonly ulong[] _ring = new ulong[Math.Min(1 << 28, budgetBytes / sizeof(ulong))];
    private readonly Dictionary<int, (int Start, int Length)> _places = [];
    private readonly Queue<(int Document, int Start)> _order = new();
    private readonly ByteBuffer _row = new();
    private int _head;

    /// <summary>The set of a document, sorted; valid until the next call.</summary>
    public ReadOnlySpan<ulong> Get(int document)
    {
        if (Find(document, out var found))
        {
            return found;
        }

        var shingles = Compute(document);
        Keep(document, shingles);
        return shingles;
    }

    /// <summary>Jaccard similarity of two documents.</summary>
    public double Similarity(int left, int right)
    {
        if (Find(left, out var first))
        {
            if (Find(right, out var second))
            {
                return Jaccard.Similarity(first, second);
            }

            // Kept only after it was compared, because it may take the place of the other one.
            var shingles = Compute(right);
            var similarity = Jaccard.Similarity(first, shingles);
            Keep(right, shingles);
            return similarity;
        }

        if (Find(right, out _))
        {
            return Similarity(right, left);
        }

        Keep(left, Compute(left));
        return Find(left, out _)
            ? Similarity(left, right) : Jaccard.Similarity(Compute(left).ToArray(), Compute(right));
    }

    private bool Find(int document, out ReadOnlySpan<ulong> shingles)
    {
        var found = _places.TryGetValue(document, out var place);
        shingles = _ring.AsSpan(place.Start, place.Length);
        return found;
    }

    private ReadOnlySpan<ulong> Compute(int document)
    {
        table.Read(document, _row);
        return signer.LoadText(_row.Span) is { } problem
            ? throw new InvalidDataException($"the input changed while it was read: document {document}: {problem}")
            : signer.Shingles();
    }

    private void Keep(int document, ReadOnlySpan<ulong> shingles)
    {
        var size = shingles.Length + Overhead;
        if (size > _ring.Length / 4)
        {
            return;
        }

        if (_head + size > _ring.Length)
        {
            Drop(_head, _ring.Length);
            _head = 0;
        }

        Drop(_head, _head + size);
        shingles.CopyTo(_ring.AsSpan(_head));
        _places[document] = (_head, shingles.Length);
        _order.Enqueue((document, _head));
        _head += size;
    }

    /// <summary>Forgets the oldest sets as long as they start inside of a range.</summary>
    private void Drop(int from, int to)
    {
        while (_order.TryPeek(out var oldest) && oldest.Start >= from && oldest.Start < to)
        {
            _places.Remove(oldest.Document);
            _order.Dequeue();
        }
    }
}
