namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Merges words of very many symbols in near-linear time. Positions wait in one list per rank, so a queue holds each
/// rank once instead of each pair; a list is put in order of position when its rank comes up, which keeps the rule
/// "lowest rank first, leftmost first".
/// </summary>
internal sealed class LongMerger(SymbolList symbols, MergeTable merges)
{
    private const int Dead = -1;

    private readonly int[] _next = new int[symbols.Count];
    private readonly int[] _previous = new int[symbols.Count];
    private readonly Dictionary<int, Waiting> _waiting = [];
    private readonly PriorityQueue<int, int> _queue = new();
    private Waiting? _last;

    /// <summary>
    /// Merges in place; the ranks of all pairs must be set, the last one to <see cref="MergeTable.None"/>.
    /// </summary>
    internal void Merge()
    {
        var count = symbols.Count;
        for (var i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            if (symbols.Ranks[i] != MergeTable.None) Enqueue(symbols.Ranks[i], i);
        }

        while (_queue.TryDequeue(out var rank, out _)) MergeAll(rank, _waiting[rank]);
        Compact(count);
    }

    private void MergeAll(int rank, Waiting waiting)
    {
        waiting.IsQueued = false;
        waiting.Sort();
        var id = merges.Result(rank);
        while (waiting.TryTake(out var at))
        {
            if (symbols.Ranks[at] != rank) continue;
            if (MergeAt(at, id) >= rank) continue;

            // A pair of a lower rank has come up: it goes first.
            if (!waiting.IsEmpty)
            {
                waiting.IsQueued = true;
                _queue.Enqueue(rank, rank);
            }

            return;
        }

        waiting.Clear();
    }

    /// <summary>Merges a symbol with the next one and returns the lowest new rank.</summary>
    private int MergeAt(int at, int id)
    {
        var removed = _next[at];
        var next = _next[removed];
        symbols.Ids[at] = id;
        symbols.Lengths[at] += symbols.Lengths[removed];
        symbols.Ids[removed] = Dead;
        symbols.Ranks[removed] = Dead;
        _next[at] = next;
        var lowest = MergeTable.None;
        if (next < symbols.Count)
        {
            _previous[next] = at;
            lowest = SetRank(at, merges.Rank(id, symbols.Ids[next]));
        }
        else
        {
            symbols.Ranks[at] = MergeTable.None;
        }

        var previous = _previous[at];
        return previous < 0 ? lowest : Math.Min(lowest, SetRank(previous, merges.Rank(symbols.Ids[previous], id)));
    }

    private int SetRank(int at, int rank)
    {
        symbols.Ranks[at] = rank;
        if (rank != MergeTable.None) Enqueue(rank, at);
        return rank;
    }

    private void Enqueue(int rank, int at)
    {
        if (_last is null || _last.Rank != rank)
        {
            if (!_waiting.TryGetValue(rank, out _last)) _waiting.Add(rank, _last = new Waiting(rank));
        }

        if (!_last.IsQueued)
        {
            _last.IsQueued = true;
            _queue.Enqueue(rank, rank);
        }

        _last.Add(at);
    }

    private void Compact(int count)
    {
        var kept = 0;
        for (var i = 0; i < count; i = _next[i])
        {
            symbols.Ids[kept] = symbols.Ids[i];
            symbols.Lengths[kept++] = symbols.Lengths[i];
        }

        symbols.Count = kept;
    }

    /// <summary>Positions whose pair has one rank.</summary>
    private sealed class Waiting(int rank)
    {
        private int[] _positions = new int[4];
        private int _count;
        private int _taken;
        private bool _isSorted = true;

        internal int Rank { get; } = rank;

        internal bool IsQueued { get; set; }

        internal bool IsEmpty => _taken == _count;

        internal void Add(int position)
        {
            if (_count == _positions.Length) Array.Resize(ref _positions, _count * 2);
            _isSorted &= _count == _taken || _positions[_count - 1] <= position;
            _positions[_count++] = position;
        }

        internal void Sort()
        {
            if (!_isSorted) Array.Sort(_positions, _taken, _count - _taken);
            _isSorted = true;
        }

        internal bool TryTake(out int position)
        {
            position = 0;
            if (_taken == _count) return false;
            position = _positions[_taken++];
            return true;
        }

        internal void Clear() => (_count, _taken, _isSorted) = (0, 0, true);
    }
}
