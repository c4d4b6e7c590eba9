namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Counts by 64-bit key in one flat table: 24 bytes an entry, one cache line a look-up.</summary>
internal sealed class RunTable
{
    private Entry[] _entries = new Entry[1 << 12];
    private Entry[] _spare = [];
    private ulong _touched;
    private int _used;

    /// <summary>
    /// The entry of a key that is not 0, added with counts of 0 where it is new; valid until the next call.
    /// </summary>
    public ref Entry Find(ulong key)
    {
        if (_used > _entries.Length / 2)
        {
            Rebuild(_entries.Length * 2, int.MinValue);
        }

        ref var entry = ref Slot(key);
        if (entry.Key == 0)
        {
            entry.Key = key;
            _used++;
        }

        return ref entry;
    }

    /// <summary>
    /// Brings the entries of many keys into the cache: look-ups that do not wait for each other take a fraction of the
    /// time.
    /// </summary>
    public void Touch(ReadOnlySpan<ulong> keys)
    {
        var (entries, mask) = (_entries, _entries.Length - 1);
        foreach (var key in keys)
        {
            _touched ^= entries[(int)key & mask].Key;
        }
    }

    /// <summary>Drops entries whose rows, with those that they may have missed, are not above a bound.</summary>
    public void Prune(int bound) => Rebuild(_entries.Length, bound);

    private ref Entry Slot(ulong key)
    {
        var (entries, mask) = (_entries, _entries.Length - 1);
        var slot = (int)key & mask;
        while (entries[slot].Key != 0 && entries[slot].Key != key)
        {
            slot = (slot + 1) & mask;
        }

        return ref entries[slot];
    }

    private void Rebuild(int size, int bound)
    {
        var old = _entries;
        if (_spare.Length == size)
        {
            Array.Clear(_spare);
        }

        (_entries, _spare, _used) = (_spare.Length == size ? _spare : new Entry[size], old, 0);
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Key != 0 && entry.Rows + entry.Missed > bound)
            {
                Slot(entry.Key) = entry;
                _used++;
            }
        }
    }

    internal struct Entry
    {
        public ulong Key;
        public int Source;
        public int Rows;
        public int Own;
        public int Missed;
    }
}
