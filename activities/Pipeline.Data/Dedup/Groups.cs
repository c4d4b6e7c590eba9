namespace Pipeline.Data.Dedup;

/// <summary>Groups a sorted stream of pairs by key.</summary>
internal static class Groups
{
    /// <summary>The groups in key order; the list is reused.</summary>
    public static IEnumerable<(ulong Key, List<int> Items)> Of(IEnumerable<(ulong Key, int Item)> sorted)
    {
        var (current, items) = (0UL, new List<int>());
        foreach (var (key, item) in sorted)
        {
            if (key != current && items.Count > 0)
            {
                yield return (current, items);
                items.Clear();
            }

            current = key;
            items.Add(item);
        }

        if (items.Count > 0)
        {
            yield return (current, items);
        }
    }
}
