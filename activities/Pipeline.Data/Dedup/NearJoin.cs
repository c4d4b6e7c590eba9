namespace Pipeline.Data.Dedup;

/// <summary>Turns buckets of equal band keys into verified near-duplicate unions.</summary>
internal sealed class NearJoin(DocumentTable table, UnionFind sets, ShingleCache shingles, double threshold, int cap)
{
    private const int Remembered = 1 << 19;

    // A pair that fails the check in one band usually meets again in others; a newer pair may take its place.
    private readonly ulong[] _rejected = new ulong[Remembered];

    public long Candidates { get; private set; }

    public long Verified { get; private set; }

    public long CappedBuckets { get; private set; }

    public void Bucket(List<int> members)
    {
        if (members.Count < 2)
        {
            return;
        }

        if (members.Count <= cap)
        {
            // Which pairs are left out, because others have joined them already, is not to depend on the memory budget.
            members.Sort();
            for (var i = 0; i < members.Count; i++)
            {
                for (var j = i + 1; j < members.Count; j++)
                {
                    Compare(members[i], members[j]);
                }
            }

            return;
        }

        Capped(members);
    }

    /// <summary>
    /// A large bucket costs members × cap instead of members²: each member is compared with representatives only, in an
    /// order given by content, so that neither row order nor worker count is seen in the result.
    /// </summary>
    private void Capped(List<int> members)
    {
        members.Sort((left, right) => table.Key(left).CompareTo(table.Key(right)));
        var (representatives, roots, many) = (new List<int>(), new HashSet<int>(), false);
        foreach (var member in members)
        {
            if (roots.Contains(sets.Find(member)))
            {
                continue;
            }

            var joined = false;
            foreach (var representative in representatives)
            {
                joined |= Compare(representative, member);
            }

            if (!joined && representatives.Count < cap)
            {
                representatives.Add(member);
            }

            many |= !joined && representatives.Count >= cap;
            roots.Clear();
            roots.UnionWith(representatives.Select(sets.Find));
        }

        CappedBuckets += many ? 1 : 0;
    }

    private bool Compare(int left, int right)
    {
        if (sets.Find(left) == sets.Find(right))
        {
            return true;
        }

        var pair = ((ulong)(uint)Math.Min(left, right) << 32) | (uint)Math.Max(left, right);
        ref var rejected = ref _rejected[FastHash.Finish(pair) % Remembered];
        if (rejected == pair)
        {
            return false;
        }

        Candidates++;
        if (shingles.Similarity(left, right) >= threshold)
        {
            Verified++;
            return sets.Union(left, right);
        }

        rejected = pair;
        return false;
    }
}
