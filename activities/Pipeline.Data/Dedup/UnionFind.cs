namespace Pipeline.Data.Dedup;

/// <summary>
/// Disjoint sets of document numbers; the root of a set is its smallest member, so the order of unions is not seen.
/// </summary>
internal sealed class UnionFind(int capacity = 1024)
{
    private int[] _parents = new int[capacity];

    public int Count { get; private set; }

    public int Add()
    {
        if (Count == _parents.Length)
        {
            Array.Resize(ref _parents, Count * 2);
        }

        _parents[Count] = Count;
        return Count++;
    }

    public int Find(int item)
    {
        while (_parents[item] != item)
        {
            _parents[item] = _parents[_parents[item]];
            item = _parents[item];
        }

        return item;
    }

    public bool Union(int left, int right)
    {
        var (a, b) = (Find(left), Find(right));
        if (a == b)
        {
            return false;
        }

        _parents[Math.Max(a, b)] = Math.Min(a, b);
        return true;
    }

    /// <summary>Sets of two or more, each ascending, ordered by their smallest member.</summary>
    public IReadOnlyList<int[]> Clusters()
    {
        var members = new SortedDictionary<int, List<int>>();
        for (var i = 0; i < Count; i++)
        {
            if (Find(i) is var root && root != i)
            {
                if (!members.TryGetValue(root, out var list))
                {
                    members[root] = list = [root];
                }

                list.Add(i);
            }
        }

        return [.. members.Values.Select(list => list.ToArray())];
    }
}
