using System.Numerics;
using System.Runtime.CompilerServices;

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

    /// <summary>Counts a pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong key, int characters)
    {
        var (entries, slot, hash) = (_entries, Slot(key), key & ~Count);
        for (; entries[slot] is var entry && entry != 0; slot = (slot + 1) & _mask)
        {
            if ((entry ^ hash) <= Count)
            {
                entries[slot] = ++entry;
                Top = Math.Max(Top, (long)(entry & Count) * characters);
                return;
            }
        }

        entries[slot] = hash | 1;
        if (++_used > _mask / 2)
        {
            Grow();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
