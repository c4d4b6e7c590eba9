using System.Runtime.InteropServices;

namespace Pipeline.Data.Dedup;

/// <summary>Compares the documents of this run with those of earlier segments, key by key in sorted order.</summary>
internal sealed class HistoryJoin : IDisposable
{
    private readonly List<HistorySegment> _segments = [];
    private readonly ShingleCache _shingles;
    private readonly double _threshold;
    private readonly int _cap;
    private List<(HistorySegment Segment, IEnumerator<(ulong Key, int Item)> Cursor)> _cursors = [];

    public HistoryJoin(DedupOptions options, ShingleCache shingles)
    {
        (_shingles, _threshold, _cap) = (shingles, options.Threshold, options.BucketCap);
        foreach (var path in options.HistorySegments.Order(StringComparer.Ordinal))
        {
            _segments.Add(new HistorySegment(path, options));
        }
    }

    /// <summary>
    /// Size of the smallest group of equal keys that matters: one document is enough to meet history.
    /// </summary>
    public int LeastGroup => _segments.Count > 0 ? 1 : 2;

    /// <summary>The best match of each document that repeats history.</summary>
    public Dictionary<int, HistoryMatch> Matches { get; } = [];

    /// <summary>Starts a pass over keys in ascending order.</summary>
    public void Begin(bool exact)
    {
        End();
        _cursors =
            [.. _segments.Select(
                segment => (segment, (exact ? segment.ExactKeys() : segment.BandKeys()).GetEnumerator()))
                .Where(pair => pair.Item2.MoveNext())];
    }

    public void Key(ulong key, List<int> members, bool exact)
    {
        foreach (var (segment, cursor) in CollectionsMarshal.AsSpan(_cursors))
        {
            var compared = 0;
            while (cursor.Current.Key < key && cursor.MoveNext())
            {
            }

            while (cursor.Current.Key == key)
            {
                foreach (var member in members)
                {
                    if (compared < (long)_cap * _cap
                        && !(Matches.TryGetValue(member, out var match) && match.Similarity >= 1))
                    {
                        compared++;
                        Compare(segment, cursor.Current.Item, member, exact);
                    }
                }

                if (!cursor.MoveNext())
                {
                    break;
                }
            }
        }
    }

    public void End()
    {
        _cursors.ForEach(pair => pair.Cursor.Dispose());
        _cursors = [];
    }

    public void Dispose()
    {
        End();
        _segments.ForEach(segment => segment.Dispose());
    }

    private void Compare(HistorySegment segment, int item, int member, bool exact)
    {
        var (id, shingles) = segment.Document(item);
        var similarity = exact ? 1 : HistorySegment.Similarity(HistorySegment.Cut(_shingles.Get(member)), shingles);
        if (similarity < _threshold || (Matches.TryGetValue(member, out var best) && !Better(similarity, id, best)))
        {
            return;
        }

        Matches[member] = new HistoryMatch(segment.Name, id, similarity);
    }

    private static bool Better(double similarity, string id, HistoryMatch than) =>
        similarity > than.Similarity
            || (similarity == than.Similarity && NaturalOrder.Instance.Compare(id, than.Id) < 0);
}
