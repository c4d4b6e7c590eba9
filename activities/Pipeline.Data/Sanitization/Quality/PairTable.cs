using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// Counts pairs of words by hash and knows the one that takes the most characters. One instance a thread.
/// </summary>
/// <remarks>An entry is one number: 40 bits of the hash, which tell pairs apart, and 24 of the count.</remarks>
internal sealed class PairTable
{
    private const int Usual = 4096;
    private const ulong Count = (1 << 24) - 1;
    private ulong[] _entries = new ulong[1024];
    private int _mask = 1023;
    private int _used;

    /// <summary>Characters of the most frequent pair, all its occurrences; 0 when no pair repeats.</summary>
    public long Top { get; private set; }

    /// <summary>Forgets all pairs.</summary>
    /// <param name="expected">Number of pairs to come; more may come.</param>
    public void Clear(int expected)
    {
        // Mostly empty: a place that is taken costs more than clearing a few empty ones.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, 3 * Math.Min(expected, Usual)));
        if (size > _entries.Length)
        {
            _entries = new ulong[size];
        }

        Array.Clear(_entries, 0, size);
        (_mask, _used, Top) = (size - 1, 0, 0);
    }

    /// <summary>Counts pairs.</summary>
    /// <param name="keys">A hash of each.</param>
    /// <param name="characters">Characters of each, as many as there are keys.</param>
    public void Add(ReadOnlySpan<ulong> keys, ReadOnlySpan<int> characters)
    {
        for (var done = 0; done < keys.Length;)
        {
            if (2 * _used >= _mask)
            {
                Grow();
            }

            // So many find room for sure.
            var some = Math.Min(keys.Length - done, (_mask / 2) + 1 - _used);
            AddSome(keys.Slice(done, some), characters.Slice(done, some));
            done += some;
        }
    }

    private void AddSome(ReadOnlySpan<ulong> keys, ReadOnlySpan<int> characters)
    {
        // Fields would be read again after each entry that is written.
        var (mask, used, top) = (_mask, _used, Top);
        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        for (var i = 0; i < keys.Length; i++)
        {
            var (slot, hash) = ((int)(keys[i] >> 40) & mask, keys[i] & ~Count);
            while (Unsafe.Add(ref entries, slot) is var known && known != 0 && (known ^ hash) > Count)
            {
                slot = (slot + 1) & mask;
            }

            ref var entry = ref Unsafe.Add(ref entries, slot);
            if (entry == 0)
            {
                entry = hash | 1;
                used++;
            }
            else
            {
                entry++;
                top = Math.Max(top, (long)(entry & Count) * characters[i]);
            }
        }

        (_used, Top) = (used, top);
    }

    private int Slot(ulong key) => (int)(key >> 40) & _mask;

    private void Grow()
    {
        var old = _entries.AsSpan(0, _mask + 1);
        (_entries, _mask) = (new ulong[2 * old.Length], (2 * old.Length) - 1);
        foreach (var entry in old)
        {
            if (entry != 0)
            {
                var slot = Slot(entry);
                while (_entries[slot] != 0)
                {
                    slot = (slot + 1) & _mask;
                }

                _entries[slot] = entry;
            }
        }
    }
}
