using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Merges words of few symbols: the lowest rank is found by scanning a packed array, which beats any queue up to a
/// hundred symbols or so.
/// </summary>
internal static class ShortMerger
{
    internal const int MaxSymbols = 128;

    /// <summary>
    /// Merges in place; the ranks of all pairs must be set, the last one to <see cref="MergeTable.None"/>.
    /// </summary>
    /// <param name="symbols">The word.</param>
    /// <param name="merges">All merges.</param>
    /// <param name="keepLengths">Whether the lengths of symbols are wanted.</param>
    internal static void Merge(SymbolList symbols, MergeTable merges, bool keepLengths)
    {
        var ids = symbols.Ids;
        var lengths = symbols.Lengths;
        var ranks = symbols.Ranks;
        var count = symbols.Count;
        while (count > 1)
        {
            var at = IndexOfMinimum(ranks, count - 1);
            var rank = ranks[at];
            if (rank == MergeTable.None) break;
            var id = merges.Result(rank);
            ids[at] = id;
            if (keepLengths) lengths[at] += lengths[at + 1];
            count--;
            var tail = count - at - 1;
            if (tail > 0)
            {
                Close(ids, at + 1, tail);
                Close(ranks, at + 1, tail);
                if (keepLengths) Close(lengths, at + 1, tail);
                ranks[at] = merges.Rank(id, ids[at + 1]);
            }
            else
            {
                ranks[at] = MergeTable.None;
            }

            if (at > 0) ranks[at - 1] = merges.Rank(ids[at - 1], id);
        }

        symbols.Count = count;
    }

    /// <summary>Moves the values after a gap of one down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Close(int[] values, int gap, int count) =>
        values.AsSpan(gap + 1, count).CopyTo(values.AsSpan(gap, count));

    /// <summary>The first index of the smallest value.</summary>
    private static int IndexOfMinimum(int[] values, int count)
    {
        if (count < Vector256<int>.Count * 2)
        {
            var best = 0;
            for (var i = 1; i < count; i++)
            {
                if (values[i] < values[best]) best = i;
            }

            return best;
        }

        var span = values.AsSpan(0, count);
        var minimum = Vector256.Create(int.MaxValue);
        var at = 0;
        for (; at + Vector256<int>.Count <= count; at += Vector256<int>.Count)
        {
            minimum = Vector256.Min(minimum, Vector256.Create<int>(span[at..]));
        }

        minimum = Vector256.Min(minimum, Vector256.Create<int>(span[(count - Vector256<int>.Count)..]));
        var half = Vector128.Min(minimum.GetLower(), minimum.GetUpper());
        half = Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        var value = Math.Min(half[0], half[1]);
        var needle = Vector256.Create(value);
        for (at = 0; at + Vector256<int>.Count <= count; at += Vector256<int>.Count)
        {
            var mask = Vector256.Equals(needle, Vector256.Create<int>(span[at..])).ExtractMostSignificantBits();
            if (mask != 0) return at + BitOperations.TrailingZeroCount(mask);
        }

        while (values[at] != value) at++;
        return at;
    }
}
