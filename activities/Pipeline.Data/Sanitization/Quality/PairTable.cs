using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// Counts pairs of words by hash and knows the one that takes the most characters. One instance a thread.
/// </summary>
internal sealed class PairTable
{
    private const int Usual = 4096;
    private ulong[] _keys = new ulong[1024];
    private int[] _counts = new int[1024];
    private int _mask = 1023;
    private int _used;

    /// <summary>Characters of the most frequent pair, all its occurrences; 0 when no pair repeats.</summary>
    public long Top { get; private set; }

    /// <summary>Forgets all pairs.</summary>
    /// <param name="expected">Number of pairs to come; more may come.</param>
    public void Clear(int expected)
    {
        // Mostly empty: a slot that is taken costs more than clearing a few empty ones.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, 4 * Math.Min(expected, Usual)));

        if (size > _keys.Length)
        {
            (_keys, _counts) = (new ulong[size], new int[size]);
        }

        Array.Clear(_counts, 0, size);
        (_mask, _used, Top) = (size - 1, 0, 0);
    }

    /// <summary>Counts a pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong key, int characters)
    {
        var slot = Slot(key);
        if (_counts[slot]++ > 0)
        {
            Top = Math.Max(Top, (long)_counts[slot] * characters);
            return;
        }

        _keys[slot] = key;
        if (++_used > _mask / 2)
        {
            Grow();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(ulong key)
    {
        var slot = (int)(key >> 32) & _mask;
        while (_counts[slot] > 0 && _keys[slot] != key)
        {
            slot = (slot + 1) & _mask;
        }

        return slot;
    }

    private void Grow()
    {
        var (keys, counts, old) = (_keys, _counts, _mask + 1);
        (_keys, _counts, _mask) = (new ulong[2 * old], new int[2 * old], (2 * old) - 1);
        for (var i = 0; i < old; i++)
        {
            if (counts[i] > 0)
            {
                var slot = Slot(keys[i]);
                (_keys[slot], _counts[slot]) = (keys[i], counts[i]);
            }
        }
    }
}
