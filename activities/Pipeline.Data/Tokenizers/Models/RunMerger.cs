namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Merges very long words that repeat one symbol over and over: equal neighbours are one node with a count, so a
/// megabyte of one letter takes a few dozen steps. It needs ranks that grow, because then ranks come up in order.
/// </summary>
internal sealed class RunMerger(MergeTable merges)
{
    private readonly List<int> _ids = [];
    private readonly List<int> _counts = [];
    private readonly List<int> _next = [];
    private readonly List<int> _previous = [];
    private readonly Dictionary<int, List<int>> _waiting = [];
    private readonly PriorityQueue<int, int> _queue = new();
    private int _tail = -1;

    /// <summary>Appends a symbol to the word.</summary>
    internal void Add(int id, int count)
    {
        if (_tail >= 0 && _ids[_tail] == id)
        {
            _counts[_tail] += count;
            return;
        }

        _tail = NewNode(id, count, _tail, -1);
    }

    /// <summary>Merges, and appends the resulting ids.</summary>
    internal void Merge(IdList output)
    {
        var nodes = _ids.Count;
        for (var node = 0; node < nodes; node++) Enqueue(node);
        while (_queue.TryDequeue(out var rank, out _))
        {
            foreach (var node in _waiting[rank]) MergeNode(node, rank);
            _waiting.Remove(rank);
        }

        var first = 0;
        while (_counts[first] == 0) first++;
        while (_previous[first] >= 0) first = _previous[first];
        for (var node = first; node >= 0; node = _next[node]) output.Add(_ids[node], _counts[node]);
    }

    private void MergeNode(int node, int rank)
    {
        if (_counts[node] == 0) return;
        var result = merges.Result(rank);
        if (_counts[node] > 1 && merges.Rank(_ids[node], _ids[node]) == rank) MergeWithin(node, result);
        else if (_next[node] >= 0 && merges.Rank(_ids[node], _ids[_next[node]]) == rank) MergeAcross(node, result);
    }

    /// <summary>Pairs up equal symbols from the left; an odd one stays at the right end.</summary>
    private void MergeWithin(int node, int result)
    {
        var (id, count) = (_ids[node], _counts[node]);
        (_ids[node], _counts[node]) = (result, count / 2);
        if (count % 2 == 1) InsertAfter(node, id);
        Settle(node);
    }

    /// <summary>Joins the last symbol of a node with the first of the next one.</summary>
    private void MergeAcross(int node, int result)
    {
        var right = _next[node];
        _counts[node]--;
        _counts[right]--;
        var made = InsertAfter(node, result);
        if (_counts[node] == 0) Unlink(node);
        if (_counts[right] == 0) Unlink(right);
        Settle(made);
    }

    /// <summary>Joins a node with equal neighbours and queues the pairs around it.</summary>
    private void Settle(int node)
    {
        var next = _next[node];
        if (next >= 0 && _ids[next] == _ids[node])
        {
            _counts[node] += _counts[next];
            _counts[next] = 0;
            Unlink(next);
        }

        var previous = _previous[node];
        if (previous >= 0 && _ids[previous] == _ids[node])
        {
            _counts[previous] += _counts[node];
            _counts[node] = 0;
            Unlink(node);
            node = previous;
        }

        Enqueue(node);
        if (_previous[node] >= 0) Enqueue(_previous[node]);
        if (_next[node] >= 0) Enqueue(_next[node]);
    }

    private void Enqueue(int node)
    {
        if (_counts[node] > 1) Enqueue(node, merges.Rank(_ids[node], _ids[node]));
        if (_next[node] >= 0) Enqueue(node, merges.Rank(_ids[node], _ids[_next[node]]));
    }

    private void Enqueue(int node, int rank)
    {
        if (rank == MergeTable.None) return;
        if (!_waiting.TryGetValue(rank, out var nodes))
        {
            _waiting.Add(rank, nodes = []);
            _queue.Enqueue(rank, rank);
        }

        nodes.Add(node);
    }

    private int NewNode(int id, int count, int previous, int next)
    {
        var node = _ids.Count;
        _ids.Add(id);
        _counts.Add(count);
        _previous.Add(previous);
        _next.Add(next);
        if (previous >= 0) _next[previous] = node;
        if (next >= 0) _previous[next] = node;
        return node;
    }

    private int InsertAfter(int node, int id) => NewNode(id, 1, node, _next[node]);

    private void Unlink(int node)
    {
        var (previous, next) = (_previous[node], _next[node]);
        if (previous >= 0) _next[previous] = next;
        if (next >= 0) _previous[next] = previous;
    }
}
