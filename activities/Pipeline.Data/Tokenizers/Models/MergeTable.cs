using System.Runtime.CompilerServices;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Merges by pair of ids. One entry is one 64-bit word (21 bits of left id, 21 of right id, 22 of rank plus one), so a
/// look-up touches one cache line.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    internal const int None = int.MaxValue;

    internal const int MaxMerges = (1 << 22) - 2;

    private readonly ulong[] _slots;
    private readonly int _shift;
    private readonly int[] _results;

    internal MergeTable(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int[] results)
    {
        _results = results;
        RanksGrow = DoRanksGrow(left, right, results);
        var bits = 4;
        while (1L << bits < left.Length * 5L / 2) bits++;
        _shift = 64 - bits;
        _slots = new ulong[1 << bits];
        for (var rank = 0; rank < left.Length; rank++)
        {
            var pair = Pair(left[rank], right[rank]);
            var slot = Slot(pair);
            while (_slots[slot] != 0 && _slots[slot] >> 22 != pair) slot = (slot + 1) & (_slots.Length - 1);

            // A pair that is listed twice has its last rank, as in the reference.
            _slots[slot] = (pair << 22) | (uint)(rank + 1);
        }
    }

    internal int Count => _results.Length;

    /// <summary>
    /// Whether each merge has a higher rank than all merges that make its parts, as training leaves it.
    /// </summary>
    internal bool RanksGrow { get; }

    /// <summary>All pairs that merge.</summary>
    internal IEnumerable<(int Left, int Right)> Pairs() =>
        _slots.Where(entry => entry != 0).Select(entry => ((int)(entry >> 43), (int)(entry >> 22) & 0x1FFFFF));

    /// <summary>The id that the merge of a rank makes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Result(int rank) => _results[rank];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Rank(int left, int right)
    {
        var pair = Pair(left, right);
        var slots = _slots;
        for (var slot = Slot(pair); ; slot = (slot + 1) & (slots.Length - 1))
        {
            var entry = slots[slot];
            if (entry >> 22 == pair && entry != 0) return (int)(entry & 0x3FFFFF) - 1;
            if (entry == 0) return None;
        }
    }

    private static bool DoRanksGrow(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int[] results)
    {
        var made = new Dictionary<int, int>(results.Length);
        for (var rank = 0; rank < results.Length; rank++) made[results[rank]] = rank;
        for (var rank = 0; rank < results.Length; rank++)
        {
            if (made.GetValueOrDefault(left[rank], -1) >= rank || made.GetValueOrDefault(right[rank], -1) >= rank)
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 21) | (uint)right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(ulong pair) => (int)((pair * 0x9E3779B97F4A7C15) >> _shift);
}
