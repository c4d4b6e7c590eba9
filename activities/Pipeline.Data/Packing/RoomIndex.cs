using System.Numerics;

namespace Pipeline.Data.Packing;

/// <summary>
/// Bins by the room they have left: first in, first out per room, and the smallest sufficient room in constant time.
/// </summary>
internal sealed class RoomIndex
{
    private readonly int[] _first;
    private readonly int[] _last;
    private readonly int[] _next;
    private readonly ulong[][] _levels;

    public RoomIndex(int maxRoom, int maxBins)
    {
        _first = new int[maxRoom + 1];
        _last = new int[maxRoom + 1];
        _first.AsSpan().Fill(-1);
        _next = new int[maxBins];
        var levels = new List<ulong[]>();
        var size = maxRoom + 1;
        do
        {
            size = (size + 63) / 64;
            levels.Add(new ulong[size]);
        }
        while (size > 1);
        _levels = [.. levels];
    }

    public void Add(int room, int bin)
    {
        _next[bin] = -1;
        if (_first[room] < 0)
        {
            _first[room] = bin;
            for (int level = 0, at = room; level < _levels.Length; level++, at >>= 6)
                _levels[level][at >> 6] |= 1UL << (at & 63);
        }
        else
        {
            _next[_last[room]] = bin;
        }

        _last[room] = bin;
    }

    /// <summary>Takes the oldest bin of the smallest room that is at least <paramref name="need"/>.</summary>
    public bool TryTake(int need, out int room, out int bin)
    {
        room = Smallest(need);
        bin = room < 0 ? -1 : _first[room];
        if (bin < 0) return false;
        _first[room] = _next[bin];
        if (_first[room] >= 0) return true;
        for (int level = 0, at = room; level < _levels.Length; level++, at >>= 6)
        {
            _levels[level][at >> 6] &= ~(1UL << (at & 63));
            if (_levels[level][at >> 6] != 0) break;
        }

        return true;
    }

    private int Smallest(int from)
    {
        for (int level = 0, at = from; level < _levels.Length; level++)
        {
            var word = at >> 6;
            if (word >= _levels[level].Length) return -1;
            var rest = _levels[level][word] & (ulong.MaxValue << (at & 63));
            if (rest != 0)
            {
                at = (word << 6) + BitOperations.TrailingZeroCount(rest);
                while (level-- > 0) at = (at << 6) + BitOperations.TrailingZeroCount(_levels[level][at]);
                return at;
            }

            at = word + 1;
        }

        return -1;
    }
}
