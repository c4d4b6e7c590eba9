namespace Pipeline.Data.Dedup;

/// <summary>
/// Disjoint sets of document numbers; the root of a set is its smallest member, so the order of unions is not seen.
/// Grows by blocks, so that nothing is ever copied.
/// </summary>
internal sealed class UnionFind
{
    private const int Shift = 14;
    private const int Mask = (1 << Shift) - 1;
    private readonly List<int[]> _blocks = [];

    public int Count { get; private set; }

    /// <summary>Memory of the sets.</summary>
    public long Bytes => (long)_blocks.Count * sizeof(int) << Shift;

    public int Add()
    {
        if (Count >> Shift == _blocks.Count)
        {
            _blocks.Add(new int[1 << Shift]);
        }

        Parent(Count) = Count;
        return Count++;
    }

    public int Find(int item)
    {
        while (Parent(item) is var parent && parent != item)
        {
            Parent(item) = Parent(parent);
            item = Parent(item);
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

        Parent(Math.Max(a, b)) = Math.Min(a, b);
        return true;
    }

    /// <summary>
    /// Makes another member the root of a whole set; afterwards sets may be looked up, but not joined any more.
    /// </summary>
    /// <param name="members">All members of the set.</param>
    /// <param name="root">The new root, one of them.</param>
    public void Reroot(List<int> members, int root) => members.ForEach(member => Parent(member) = root);

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

    private ref int Parent(int item) => ref _blocks[item >> Shift][item & Mask];
}
